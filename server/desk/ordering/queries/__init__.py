"""Reading orders: those of one's tickets, those one is asked about, those one has a task of."""

from server.desk.ordering.queries.naming import (
    files_of,
    is_item_for,
    items_for,
    names_in,
    people_choices,
    people_for,
)
from server.desk.ordering.queries.orders import (
    Answered,
    ApprovalRow,
    OrderFilter,
    OrderPage,
    OrderRow,
    TaskRow,
    count_deciding,
    find_order,
    list_orders,
    may_decide,
    offered_name,
    order_of,
    order_page,
)
from server.desk.ordering.queries.scope import visible_orders, waits_for

__all__ = [
    "Answered",
    "ApprovalRow",
    "OrderFilter",
    "OrderPage",
    "OrderRow",
    "TaskRow",
    "count_deciding",
    "files_of",
    "find_order",
    "is_item_for",
    "items_for",
    "list_orders",
    "may_decide",
    "names_in",
    "offered_name",
    "order_of",
    "order_page",
    "people_choices",
    "people_for",
    "visible_orders",
    "waits_for",
]
