"""What a person types finds the one order and the lines that are meant, or says what there is."""

import pytest

from bot.db import Database
from bot.finding import NotFoundError, Reference, find_lines, find_order, parse
from tests import rows


@pytest.mark.parametrize(
    ("typed", "name", "lines"),
    [
        ("1046", "1046", ()),
        ("#1046", "1046", ()),
        (" # 1046 ", "1046", ()),
        ("1046/2", "1046", (2,)),
        ("#1046/1,3", "1046", (1, 3)),
        ("1046/1/3", "1046", (1, 3)),
        ("1046 / 1, 3", "1046", (1, 3)),
        ("EN-1046.2", "EN-1046.2", ()),
        ("VN 1046/12", "VN 1046", (12,)),
        ("Đơn-1046/1", "Đơn-1046", (1,)),
    ],
)
def test_references(typed: str, name: str, lines: tuple[int, ...]) -> None:
    """An order is written with or without "#", its lines after a slash."""
    assert Reference(name, lines) == parse(typed)


@pytest.mark.parametrize(
    "typed", ["", " ", "#", "/1", "1046/", "1046/x", "1046/1,", "1046/-1", "1046/1.5", "1046/" + "9" * 5000]
)
def test_what_names_no_order(typed: str) -> None:
    """What cannot be a reference says how one is written."""
    with pytest.raises(NotFoundError, match="names no order") as error:
        parse(typed)
    assert "write the order as 1046" in error.value.fix


def test_an_order_by_name_or_id(database: Database) -> None:
    """An order is found by its name with or without "#", and by its ShopBase id, on both databases."""
    with database.write() as session:
        order, _ = rows.order(session, name="#1046")
        plain, _ = rows.order(session, name="1047")
        rows.order(session, name="#10461")
        assert order is find_order(session, parse("1046"), None)
        assert order is find_order(session, parse("#1046"), "main")
        assert order is find_order(session, parse(order.store_id), None)
        assert plain is find_order(session, parse("#1047"), None)


def test_no_such_order(sqlite: Database) -> None:
    """An unknown order, and one of another shop, is named with the way to look it up."""
    with sqlite.write() as session:
        rows.order(session, name="#1046", shop="other")
        for shop in ("main", "1046' OR 1=1 --"):
            with pytest.raises(NotFoundError, match="there is no order 1046"):
                find_order(session, parse("1046"), shop)
        with pytest.raises(NotFoundError, match="there is no order %"):
            find_order(session, parse("%"), None)


def test_the_same_name_in_two_shops(sqlite: Database) -> None:
    """Which of two shops is meant must be said, and then it is found."""
    with sqlite.write() as session:
        order, _ = rows.order(session, name="#1046")
        rows.order(session, name="#1046", shop="other")
        with pytest.raises(NotFoundError, match=r"several orders are called 1046 \(main, other\)") as error:
            find_order(session, parse("1046"), None)
        assert "say which shop: --shop NAME" == error.value.fix
        assert order is find_order(session, parse("1046"), "main")


def test_the_same_name_twice_in_one_shop(sqlite: Database) -> None:
    """Two orders of one shop with one name are told apart by their ShopBase ids, which are named."""
    with sqlite.write() as session:
        first, _ = rows.order(session, name="#1046")
        second, _ = rows.order(session, name="1046")
        with pytest.raises(NotFoundError, match="shop main has several orders called 1046") as error:
            find_order(session, parse("1046"), None)
        assert f"name it by its ShopBase id: {first.store_id}, {second.store_id}" == error.value.fix


def test_lines_that_are_meant(sqlite: Database) -> None:
    """Without lines all that are sent and still there are meant; named ones come as named, each once."""
    with sqlite.write() as session:
        order, (one, two, three, four) = rows.order(session, lines=4)
        two.ours, three.removed = False, True
        session.flush()
        assert [one, four] == list(find_lines(session, order, parse("1")))
        assert [four, one] == list(find_lines(session, order, parse("1/4,1,4")))
        assert [three] == list(find_lines(session, order, parse("1/3")))


def test_lines_that_are_not_there(sqlite: Database) -> None:
    """An unknown line names those there are; a tip or a gift card is refused by name."""
    with sqlite.write() as session:
        order, (_, tip) = rows.order(session, lines=2, name="#1046")
        tip.ours, tip.title = False, "Áo [/M] đỏ"
        session.flush()
        with pytest.raises(NotFoundError, match="order #1046 has no line 3") as error:
            find_lines(session, order, parse("1046/3"))
        assert "it has: 1 Thing 1, 2 Áo [/M] đỏ" == error.value.fix
        with pytest.raises(NotFoundError, match="line 2 of order #1046 is nothing that is sent"):
            find_lines(session, order, parse("1046/1,2"))
        with pytest.raises(NotFoundError, match="order #1046 has no line 0"):
            find_lines(session, order, parse("1046/0"))


def test_an_order_of_nothing_to_send(sqlite: Database) -> None:
    """An order whose lines are all gone or not sent says so."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session, name="#1046")
        line.removed = True
        session.flush()
        with pytest.raises(NotFoundError, match="order #1046 has no line that is to be sent"):
            find_lines(session, order, parse("1046"))
