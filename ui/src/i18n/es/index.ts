import activity from "./activity.json" with { type: "json" };
import common from "./common.json" with { type: "json" };
import companies from "./companies.json" with { type: "json" };
import forecast from "./forecast.json" with { type: "json" };
import home from "./home.json" with { type: "json" };
import sales from "./sales.json" with { type: "json" };
import servers from "./servers.json" with { type: "json" };
import settings from "./settings.json" with { type: "json" };
import vpn from "./vpn.json" with { type: "json" };

export default { activity, common, companies, forecast, home, sales, servers, settings, vpn };
