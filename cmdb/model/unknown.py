"""Names that the model does not know: errors that point at the field which held them."""

from cmdb.errors import InvalidValue


class UnknownClass(InvalidValue):
    """There is no class of that code; the wrong field is ``class``."""

    def __init__(self, code: str) -> None:
        super().__init__({"class": f"there is no class {code!r}"})


class UnknownAttribute(InvalidValue):
    """The class has no attribute of that code; the wrong field is the code itself."""

    def __init__(self, code: str, class_code: str) -> None:
        super().__init__({code: f"the class {class_code!r} has no such attribute"})


class UnknownRelationType(InvalidValue):
    """There is no relationship type of that code; the wrong field is ``type``."""

    def __init__(self, code: str) -> None:
        super().__init__({"type": f"there is no relationship type {code!r}"})


class InvalidModel(InvalidValue):
    """Definitions that do not fit together; each wrong one is named, as in ``class.server``."""
