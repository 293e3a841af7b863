"""Problems of the catalogue of items."""

from http import HTTPStatus

from shared.problems.base import Problem


class ItemNotFound(Problem):
    """There is no such item."""

    code = "item_not_found"
    status = HTTPStatus.NOT_FOUND


class ItemNameTaken(Problem):
    """Another of your items has this name."""

    code = "item_name_taken"
    status = HTTPStatus.CONFLICT
    fields = ("name",)
    hint = "Upper and lower case are the same. Find the item with ?name=..., and change that one."
