//! Tables of the sample: those of Visual TNS as public programs that read such databases name
//! them. Types are inferred from how those programs use the columns, and `TRASLA` and `DETRASLA`
//! have columns that were never seen (places, quantity, dates).

use crate::Dialect;

pub(crate) const MASTER: &str = "
create table EMPRESAS (EMPID integer not null primary key, CODIGO varchar(10), NOMBRE varchar(120),
  NIT varchar(20), ANOFIS varchar(4), ARCHIVO varchar(255));
commit;
";

const COMPANY: &str = "
create table SUCURSAL (SUCID integer not null primary key, CODIGO varchar(5), NOMBRE varchar(60));
create table BODEGA (BODID integer not null primary key, CODIGO varchar(10), NOMBRE varchar(60));
create table GRUPMAT (GRUPMATID integer not null primary key, CODIGO varchar(20),
  DESCRIP varchar(80));
create table TIPOIVA (TIPOIVAID integer not null primary key, CODIGO varchar(5),
  PORCIVA numeric(9,4));
create table TERCEROS (TERID integer not null primary key, NIT varchar(20), NITTRI varchar(20),
  DV char(1), NOMBRE varchar(120), TIPODOCIDEN varchar(4), NATJURIDICA char(1),
  DIRECC1 varchar(120), TELEF1 varchar(40), EMAIL varchar(120), CIUDANEID integer);
create table MATERIAL (MATID integer not null primary key, CODIGO varchar(30), DESCRIP varchar(120),
  UNIDAD varchar(10), GRUPMATID integer, LINEAMATID integer, MARCAARTID integer, TIPOIVAID integer,
  CODUNIDADID integer, PESO double precision, OBSERV blob sub_type 1 segment size 80);
create table MATERIALSUC (MATID integer not null, SUCID integer not null, EXISTENC double precision,
  PRECIO1 double precision, FECULTCLI {TS}, FECULTPROV {TS}, primary key (MATID, SUCID));
create table PREFIJO (PREFIJOID integer not null primary key, CODPREFIJO varchar(5),
  PREIMP varchar(10), FACTELECTRONICA char(1));
create table KARDEX (KARDEXID integer not null primary key, CODCOMP char(2) not null,
  CODPREFIJO varchar(5), NUMERO varchar(15), FECHA {TS}, FECASENTAD {TS}, FECANULADO {TS},
  FECVENCE {TS}, PERIODO char(2), HORA varchar(8), SUCID integer, CENID integer, AREADID integer,
  CLIENTE integer, VENDEDOR integer, FORMAPAGO char(2), PLAZODIAS integer, OBSERV varchar(500),
  USUARIO varchar(20), VRBASE numeric(15,2), VRIVA numeric(15,2), TOTAL numeric(15,2),
  NETO numeric(15,2), CUFE varchar(200), ESTADODIAN varchar(20));
create table DEKARDEX (DEKARDEXID integer not null primary key, KARDEXID integer not null,
  MATID integer not null, BODID integer, PRIORIDAD integer, REMTOTFAC integer, TIPUND char(1),
  PORCIVA double precision, DESCUENTO double precision, CANLISTA double precision,
  CANMAT double precision, PRECIOLISTA numeric(18,4), PRECIOVTA numeric(18,4),
  PRECIOBASE numeric(18,4), PRECIOIVA numeric(18,4), PRECIONETO numeric(18,4),
  PARCVTA numeric(18,4), PARCOSTO numeric(18,4), SALCAN double precision, SALCOST numeric(18,4),
  PRECIOICONSUMO numeric(18,4), IMPRESO char(1));
create table TRASLA (TRASLAID integer not null primary key, CODPREFIJO varchar(5),
  NUMERO varchar(15), FECHA {TS}, FECASENTAD {TS}, FECANULADO {TS}, BODORIGEN integer,
  BODDESTINO integer, OBSERV varchar(500), USUARIO varchar(20));
create table DETRASLA (DETRASLAID integer not null primary key, TRASLAID integer not null,
  MATID integer not null, CANMAT double precision, PARCOSTO numeric(18,4));
create sequence KARDEXID_GEN;
create sequence DEKARDEXID_GEN;
create sequence MATID_GEN;
create sequence TRASLAID_GEN;
create sequence DETRASLAID_GEN;
commit;
";

/// What is indexed besides the keys. Made after the rows are in, which is faster.
pub(crate) const INDEXES: &str = "
create index DEKARDEX_KARDEXID on DEKARDEX (KARDEXID);
create index DEKARDEX_MATID on DEKARDEX (MATID);
create index KARDEX_FECHA on KARDEX (FECHA);
create index MATERIAL_CODIGO on MATERIAL (CODIGO);
create index DETRASLA_TRASLAID on DETRASLA (TRASLAID);
commit;
";

/// The small tables that are the same in every company.
pub(crate) const COMMON: &str = "
insert into SUCURSAL values (1, '00', 'PRINCIPAL');
insert into SUCURSAL values (2, '01', 'CÚCUTA');
insert into GRUPMAT values (1, '01.01', 'ORTOPEDIA');
insert into TIPOIVA values (1, '19', 19);
insert into PREFIJO values (1, 'FE', 'FE', 'S');
commit;
";

/// Tables whose ids a sequence gives out, with the id: the sequence of `MATID` is `MATID_GEN`.
pub(crate) const SEQUENCES: [(&str, &str); 5] = [
    ("KARDEX", "KARDEXID"),
    ("DEKARDEX", "DEKARDEXID"),
    ("MATERIAL", "MATID"),
    ("TRASLA", "TRASLAID"),
    ("DETRASLA", "DETRASLAID"),
];

/// Every table of a company that a reader may be given.
pub(crate) const TABLES: [&str; 12] = [
    "SUCURSAL",
    "BODEGA",
    "GRUPMAT",
    "TIPOIVA",
    "TERCEROS",
    "MATERIAL",
    "MATERIALSUC",
    "PREFIJO",
    "KARDEX",
    "DEKARDEX",
    "TRASLA",
    "DETRASLA",
];

pub(crate) fn company(dialect: Dialect) -> String {
    COMPANY.replace("{TS}", dialect.timestamp())
}
