"""Draws the estate: what stands on the ground, the machines, services and desks on top of it."""

from cmdb.observation import SeenParty
from cmdb.vocabulary import PartyRole
from server.demo.company import SERVICES, SITES, ServicePlan
from server.demo.ground import SiteParts, Teams, draw_site, owned_by
from server.demo.sketch import Sketch, fqdn

_ENGINES = {
    "postgresql": ("PostgreSQL", "15.8", 5432),
    "mariadb": ("MariaDB", "10.11.6", 3306),
    "mssql": ("SQL Server", "16.0.4125", 1433),
}


def draw_estate(sketch: Sketch, teams: Teams, people: dict[str, list[int]]) -> None:
    """Draw everything. ``teams`` maps a team's name to its group, ``people`` a site to persons."""
    sites = {plan.code: draw_site(sketch, plan, teams) for plan in SITES}
    shared = _shared(sketch, sites["ber"], teams)
    for number, plan in enumerate(SERVICES):
        _service(sketch, plan, sites[plan.site], shared, teams, number)
    for code, parts in sites.items():
        _desks(sketch, parts, people[code], teams)


def _machine(
    sketch: Sketch, parts: SiteParts, key: str, team: str, teams: Teams, memory: int = 8
) -> str:
    linux = not key.startswith("win")
    machine = sketch.item(
        key,
        "virtual_machine",
        owned_by(teams, team),
        fqdn=fqdn(key),
        os_name="Debian GNU/Linux" if linux else "Windows Server 2022",
        os_version=sketch.chance.choice(("12.5", "12.7", "12.8")) if linux else "10.0.20348",
        memory_bytes=memory << 30,
        cpu_cores=sketch.chance.choice((2, 4, 8)),
        virtualisation="vmware",
        environment="production",
    )
    sketch.relate("hosted_on", machine, parts.cluster)
    sketch.relate("stored_on", machine, parts.arrays[0])
    return machine


def _shared(sketch: Sketch, parts: SiteParts, teams: Teams) -> dict[str, list[str]]:
    """Draw what everything leans on: names, directory, balancers."""
    team = "Demo Security"
    names = [_machine(sketch, parts, f"ns-{n}", team, teams, 4) for n in (1, 2)]
    directories = [_machine(sketch, parts, f"dc-{n}", team, teams) for n in (1, 2, 3)]
    balancers = [_machine(sketch, parts, f"lb-{n}", "Demo Web", teams, 4) for n in (1, 2)]
    naming = sketch.item("svc-dns", "technical_service", owned_by(teams, team), name="Name service")
    sketch.any_of("depends_on", naming, names, "servers")
    directory = sketch.item("svc-dir", "technical_service", owned_by(teams, team), name="Directory")
    sketch.any_of("depends_on", directory, directories, "servers")
    return {"balancers": balancers, "shared": [naming, directory]}


def _service(
    sketch: Sketch,
    plan: ServicePlan,
    parts: SiteParts,
    shared: dict[str, list[str]],
    teams: Teams,
    number: int,
) -> None:
    short = "".join(word[0] for word in plan.name.split()).lower() + f"{number:02d}"
    owned = owned_by(teams, plan.team)
    service = sketch.item(
        f"svc-{short}", "business_service", owned, name=plan.name, criticality=plan.tier
    )
    database = _database(sketch, plan, parts, short, teams)
    applications = []
    for index in range(1, plan.applications + 1):
        machine = _machine(sketch, parts, f"app-{short}-{index}", plan.team, teams)
        component = sketch.item(
            f"comp-{short}-{index}",
            "application_server",
            owned,
            name=f"{plan.name} application {index}",
            product="Tomcat",
            version="10.1.25",
            port=8080,
        )
        sketch.relate("runs_on", component, machine)
        sketch.relate("depends_on", component, database)
        applications.append(component)
    sketch.any_of("depends_on", service, applications, "applications", _half(plan.applications))
    web = _web(sketch, plan, parts, short, teams)
    sketch.any_of("depends_on", service, web, "web servers")
    if plan.tier == 0:
        sketch.any_of("depends_on", service, shared["balancers"], "balancers")
    for needed in shared["shared"]:
        sketch.relate("depends_on", service, needed)
    _try_out(sketch, plan, parts, short, teams)


def _half(number: int) -> int:
    return max(1, number // 2)


def _database(sketch: Sketch, plan: ServicePlan, parts: SiteParts, short: str, teams: Teams) -> str:
    product, version, port = _ENGINES[plan.engine]
    owned = owned_by(teams, "Demo Databases")
    database = sketch.item(f"db-{short}", "database", owned, name=f"{plan.name} data")
    nodes = []
    for index in range(1, plan.databases + 1):
        prefix = "win-sql" if plan.engine == "mssql" else "db"
        machine = _machine(sketch, parts, f"{prefix}-{short}-{index}", "Demo Databases", teams, 32)
        instance = sketch.item(
            f"dbi-{short}-{index}",
            "database_instance",
            owned,
            name=f"{product} {short} {index}",
            product=product,
            version=version,
            port=port,
        )
        sketch.relate("runs_on", instance, machine)
        nodes.append(instance)
    sketch.any_of("hosted_on", database, nodes, "nodes")
    return database


def _web(
    sketch: Sketch, plan: ServicePlan, parts: SiteParts, short: str, teams: Teams
) -> list[str]:
    found = []
    for index in range(1, plan.web + 1):
        machine = _machine(sketch, parts, f"web-{short}-{index}", plan.team, teams, 4)
        server = sketch.item(
            f"www-{short}-{index}",
            "web_server",
            name=f"nginx {short} {index}",
            product="nginx",
            version="1.22.1",
            port=443,
        )
        sketch.relate("runs_on", server, machine)
        found.append(server)
    return found


def _try_out(sketch: Sketch, plan: ServicePlan, parts: SiteParts, short: str, teams: Teams) -> None:
    """Draw the machines on which the next version is tried."""
    for environment in ("test", "development"):
        key = f"{environment[:3]}-{short}"
        machine = sketch.item(
            key,
            "virtual_machine",
            owned_by(teams, plan.team),
            fqdn=fqdn(key),
            os_name="Debian GNU/Linux",
            os_version="12.8",
            memory_bytes=4 << 30,
            environment=environment,
            criticality=4,
        )
        sketch.relate("hosted_on", machine, parts.cluster)


def _desks(sketch: Sketch, parts: SiteParts, people: list[int], teams: Teams) -> None:
    code = parts.plan.code
    support = SeenParty(PartyRole.SUPPORT, group_id=teams["Demo Workplace"])
    for number in range(1, parts.plan.desks + 1):
        laptop = sketch.chance.random() < 0.7
        key = f"{code}-{'lt' if laptop else 'pc'}-{number:04d}"
        user = SeenParty(PartyRole.USER, person_id=people[number % len(people)])
        sketch.item(
            key,
            "laptop" if laptop else "desktop",
            (user, support),
            vendor="Lenovo",
            model="ThinkPad T14 Gen 4" if laptop else "ThinkCentre M70q",
            serial=sketch.serial("PF"),
            fqdn=fqdn(key),
            os_name="Windows 11 Pro",
            os_version=sketch.chance.choice(("10.0.22621", "10.0.22631")),
            memory_bytes=16 << 30,
        )
        if not laptop:
            sketch.relate("depends_on", key, parts.access[number % len(parts.access)])
        if number % 3 == 0:
            screen = sketch.item(
                f"{code}-mon-{number:04d}",
                "monitor",
                vendor="Dell Inc.",
                model="P2723DE",
                serial=sketch.serial("MN"),
            )
            sketch.relate("attached_to", screen, key, weight=0.3)
    for number in range(1, parts.plan.desks // 25 + 1):
        printer = sketch.item(
            f"{code}-prn-{number:02d}",
            "printer",
            (support,),
            vendor="Lexmark",
            model="MX722",
            serial=sketch.serial("LX"),
            fqdn=fqdn(f"{code}-prn-{number:02d}"),
        )
        sketch.relate("depends_on", printer, parts.access[number % len(parts.access)])
        sketch.relate("located_in", printer, f"{code}-b1")
    for number in range(1, parts.plan.desks // 3 + 1):
        sketch.item(
            f"{code}-tel-{number:03d}",
            "phone",
            vendor="Yealink",
            model="T54W",
            serial=sketch.serial("YL"),
        )
