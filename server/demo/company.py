"""Who and where the demo company is: names, sites, teams. All invented, all deterministic."""

from dataclasses import dataclass

COMPANY = "Halden Foods"
CODE = "demo"
DOMAIN = "halden.example"


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One location, and how much stands there."""

    code: str
    name: str
    city: str
    country: str
    time_zone: str
    desks: int
    racks: int
    hosts: int


SITES = (
    SitePlan("ber", "Bergen head office", "Bergen", "Norway", "Europe/Oslo", 420, 8, 12),
    SitePlan("val", "Valencia plant", "Valencia", "Spain", "Europe/Madrid", 260, 5, 6),
    SitePlan("tal", "Tallinn distribution", "Tallinn", "Estonia", "Europe/Tallinn", 170, 4, 4),
)

#: (name, what it does) of the groups that own and support things.
TEAMS = (
    ("Demo Service Desk", "First line for everybody"),
    ("Demo Network", "Switches, firewalls, wireless"),
    ("Demo Platform", "Hypervisors, storage, Linux and Windows servers"),
    ("Demo Databases", "PostgreSQL, MariaDB, SQL Server"),
    ("Demo Web", "Shops and portals"),
    ("Demo ERP", "Finance, purchasing and production planning"),
    ("Demo Logistics", "Warehouses, scales and trucks"),
    ("Demo Workplace", "Laptops, printers, telephones"),
    ("Demo Security", "Identity, certificates, monitoring"),
    ("Demo Data", "Warehouse and reports"),
)

GIVEN = (
    "Ana", "Lars", "Marta", "Ivo", "Signe", "Pavel", "Nuria", "Olav", "Kadri", "Tomas", "Elena",
    "Jorge", "Ingrid", "Mikk", "Laia", "Henrik", "Olga", "Pau", "Liis", "Andres", "Carmen", "Nils",
    "Irina", "Rasmus", "Teresa", "Anders", "Sofia", "Jaan", "Lucia", "Erik",
)  # fmt: skip
FAMILY = (
    "Ruiz", "Haugen", "Tamm", "Vidal", "Berg", "Ferrer", "Saar", "Dahl", "Moreno", "Kask", "Lund",
    "Navarro", "Sepp", "Moe", "Ortega", "Kuusk", "Strand", "Soler", "Rebane", "Nygaard", "Ibanez",
    "Vaher", "Solberg", "Campos", "Ilves", "Holm", "Pastor", "Raud", "Bakke", "Serra",
)  # fmt: skip
DEPARTMENTS = (
    "Sales",
    "Finance",
    "Production",
    "Logistics",
    "Quality",
    "People",
    "IT",
    "Purchasing",
)


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A business service: what runs it, how many of each, and who answers for it."""

    name: str
    tier: int
    team: str
    engine: str
    databases: int
    applications: int
    web: int
    site: str = "ber"


SERVICES = (
    ServicePlan("Web shop", 0, "Demo Web", "postgresql", 2, 4, 3),
    ServicePlan("Order intake", 0, "Demo ERP", "postgresql", 2, 3, 2),
    ServicePlan("Payments", 0, "Demo Web", "postgresql", 2, 2, 2),
    ServicePlan("Production planning", 1, "Demo ERP", "mssql", 2, 2, 1, "val"),
    ServicePlan("Warehouse control", 0, "Demo Logistics", "postgresql", 2, 2, 1, "tal"),
    ServicePlan("Finance", 1, "Demo ERP", "mssql", 2, 2, 1),
    ServicePlan("Purchasing", 2, "Demo ERP", "mssql", 1, 2, 1),
    ServicePlan("Payroll", 1, "Demo ERP", "mssql", 1, 1, 1),
    ServicePlan("Customer portal", 1, "Demo Web", "postgresql", 2, 2, 2),
    ServicePlan("Supplier portal", 2, "Demo Web", "mariadb", 1, 1, 1),
    ServicePlan("Intranet", 3, "Demo Web", "mariadb", 1, 1, 1),
    ServicePlan("Mail", 1, "Demo Platform", "mariadb", 1, 2, 1),
    ServicePlan("File shares", 1, "Demo Platform", "mariadb", 1, 2, 1),
    ServicePlan("Telephony", 1, "Demo Workplace", "mariadb", 1, 2, 1),
    ServicePlan("Printing", 3, "Demo Workplace", "mariadb", 1, 1, 1),
    ServicePlan("Reports", 2, "Demo Data", "postgresql", 1, 2, 1),
    ServicePlan("Data warehouse", 2, "Demo Data", "postgresql", 2, 2, 1),
    ServicePlan("Quality laboratory", 1, "Demo ERP", "postgresql", 1, 1, 1, "val"),
    ServicePlan("Line monitoring", 1, "Demo Logistics", "postgresql", 1, 2, 1, "val"),
    ServicePlan("Cold chain", 0, "Demo Logistics", "postgresql", 2, 2, 1, "tal"),
    ServicePlan("Truck scheduling", 1, "Demo Logistics", "postgresql", 1, 2, 1, "tal"),
    ServicePlan("Time and attendance", 2, "Demo Workplace", "mariadb", 1, 1, 1),
    ServicePlan("Badge readers", 2, "Demo Security", "mariadb", 1, 1, 1),
    ServicePlan("Remote access", 1, "Demo Security", "mariadb", 1, 2, 1),
    ServicePlan("Monitoring", 2, "Demo Security", "postgresql", 1, 2, 1),
    ServicePlan("Software deployment", 3, "Demo Workplace", "mariadb", 1, 1, 1),
)

#: (supplier, what is covered, kind)
CONTRACTS = (
    ("Fjordlink AS", "Internet access Bergen", "service"),
    ("Fjordlink AS", "Internet access Tallinn", "service"),
    ("Levante Redes", "Internet access Valencia", "service"),
    ("Nordic Compute", "Hypervisor hosts, next business day", "warranty"),
    ("Nordic Compute", "Storage arrays, four hours on site", "support"),
    ("Clavis Networks", "Switches and firewalls, support", "support"),
    ("Printwell", "Printers, paid by page", "lease"),
    ("Laborix", "Laboratory software", "support"),
)
