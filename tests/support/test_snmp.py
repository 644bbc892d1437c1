from tests.support.snmp import SnmpdServer


def test_the_agent_answers_its_community(snmpd_server: SnmpdServer) -> None:
    assert snmpd_server.ask("-v2c", "-c", snmpd_server.community) == snmpd_server.name


def test_the_agent_is_silent_to_another_community(snmpd_server: SnmpdServer) -> None:
    assert snmpd_server.ask("-v2c", "-c", "public") is None


def test_the_agent_answers_its_snmpv3_user_encrypted(snmpd_server: SnmpdServer) -> None:
    place = ".1.3.6.1.2.1.1.6.0"
    assert snmpd_server.ask(*_version_3(snmpd_server), oid=place) == snmpd_server.location


def test_the_agent_refuses_a_wrong_privacy_password(snmpd_server: SnmpdServer) -> None:
    assert snmpd_server.ask(*_version_3(snmpd_server, privacy="not the password")) is None


def test_the_agent_refuses_to_answer_in_the_clear(snmpd_server: SnmpdServer) -> None:
    wanted = ("-v3", "-l", "authNoPriv", "-u", snmpd_server.user, "-a", "SHA-256")
    assert snmpd_server.ask(*wanted, "-A", snmpd_server.authentication_password) is None


def _version_3(server: SnmpdServer, privacy: str | None = None) -> tuple[str, ...]:
    return (
        *("-v3", "-l", "authPriv", "-u", server.user),
        *("-a", "SHA-256", "-A", server.authentication_password),
        *("-x", "AES", "-X", privacy or server.privacy_password),
    )
