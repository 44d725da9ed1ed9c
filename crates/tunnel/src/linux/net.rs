//! Addresses and routes of an interface, over rtnetlink.

use futures_util::TryStreamExt as _;
use rtnetlink::packet_route::address::AddressAttribute;
use rtnetlink::{LinkUnspec, RouteMessageBuilder};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Gives the interface its addresses, brings it up, and has the networks lead through it. The routes go
/// with the interface.
pub fn furnish(index: u32, addresses: &[(IpAddr, u8)], nets: &[(IpAddr, u8)]) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        for (address, prefix) in addresses {
            let added = handle.address().add(index, *address, *prefix);
            added.execute().await.map_err(io::Error::other)?;
        }
        let up = LinkUnspec::new_with_index(index).up().build();
        handle
            .link()
            .set(up)
            .execute()
            .await
            .map_err(io::Error::other)?;
        for (address, prefix) in nets {
            let added = match network(*address, *prefix) {
                IpAddr::V4(net) => {
                    let route = RouteMessageBuilder::<Ipv4Addr>::new()
                        .destination_prefix(net, *prefix)
                        .output_interface(index)
                        .build();
                    handle.route().add(route).replace().execute().await
                }
                IpAddr::V6(net) => {
                    let route = RouteMessageBuilder::<Ipv6Addr>::new()
                        .destination_prefix(net, *prefix)
                        .output_interface(index)
                        .build();
                    handle.route().add(route).replace().execute().await
                }
            };
            added.map_err(io::Error::other)?;
        }
        Ok(())
    })
}

/// The networks that this PC's interfaces lie in, with their names; its loopback and what has an address
/// for itself alone are none.
pub fn cables() -> io::Result<Vec<(String, (IpAddr, u8))>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let found = runtime.block_on(async {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        let all = handle.address().get().execute();
        all.try_collect::<Vec<_>>().await.map_err(io::Error::other)
    })?;
    let socket = rustix::net::socket(
        rustix::net::AddressFamily::INET,
        rustix::net::SocketType::DGRAM,
        None,
    )?;
    let mut cables = Vec::new();
    for message in found {
        let prefix = message.header.prefix_len;
        let address = message.attributes.iter().find_map(|attribute| {
            if let AddressAttribute::Address(address) = attribute {
                Some(*address)
            } else {
                None
            }
        });
        let Some(address) = address.filter(|address| !address.is_loopback()) else {
            continue;
        };
        if prefix < if address.is_ipv4() { 32 } else { 128 } {
            let name =
                rustix::net::netdevice::index_to_name_inlined(&socket, message.header.index)?;
            cables.push((name.as_str().to_owned(), (network(address, prefix), prefix)));
        }
    }
    Ok(cables)
}

/// The address with the bits of the host cleared.
fn network(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX
                .checked_shl(32 - u32::from(prefix.min(32)))
                .unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX
                .checked_shl(128 - u32::from(prefix.min(128)))
                .unwrap_or(0);
            Ipv6Addr::from(u128::from(address) & mask).into()
        }
    }
}
