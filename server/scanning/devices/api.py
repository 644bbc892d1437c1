"""REST over what a device told at its last visit."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.scanning import network, wireless
from server.scanning.devices.schemas import AccessPointSchema, PortSchema, StationSchema

devices = Blueprint(
    "discovery_devices",
    __name__,
    url_prefix=f"{PREFIX}/discovery/devices/<int:item_id>",
    description="What devices told at their last visit.",
)


@devices.route("/ports")
class Ports(MethodView):
    """The ports of a device."""

    @devices.arguments(PageQuerySchema, location="query")
    @devices.response(200, page_of(PortSchema, "DevicePortPage"))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List ports with neighbour, VLANs and optic; none for an item that was never visited."""
        request = page_request(query)
        return network.page_ports(current_session(), current_actor(), item_id, request)


@devices.route("/access-points")
class AccessPoints(MethodView):
    """The access points that a controller looks after."""

    @devices.arguments(PageQuerySchema, location="query")
    @devices.response(200, page_of(AccessPointSchema, "AccessPointPage"))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List access points with the number of their clients."""
        request = page_request(query)
        return wireless.page_access_points(current_session(), current_actor(), item_id, request)


@devices.route("/wireless-clients")
class WirelessClients(MethodView):
    """Who is connected without a cable."""

    @devices.arguments(PageQuerySchema, location="query")
    @devices.response(200, page_of(StationSchema, "WirelessClientPage"))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List wireless clients with their access point, and the item that each is."""
        request = page_request(query)
        return wireless.page_stations(current_session(), current_actor(), item_id, request)
