from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tracker.rank import Gap, after, before, between, number_of, of_number, spread

NUMBERS = st.integers(min_value=-(10**9), max_value=10**9)


@given(NUMBERS, NUMBERS)
def test_ranks_of_numbers_sort_like_the_numbers(one: int, other: int) -> None:
    assert (of_number(one) < of_number(other)) == (one < other)
    assert number_of(of_number(one)) == one


@given(st.lists(st.tuples(st.sampled_from(["new", "top", "bottom", "inside"]), st.integers(0, 10**6)), max_size=60))
def test_whatever_is_moved_the_order_of_a_column_is_that_of_its_ranks(moves: list[tuple[str, int]]) -> None:
    column, newest = [of_number(1)], 1
    for move, pick in moves:
        match move:
            case "new":
                newest += 1
                column.append(of_number(newest))
            case "top":
                column.insert(0, before(column[0]))
            case "bottom":
                column.append(after(column[-1], 1 + pick % newest))
            case _ if len(column) > 1:
                place = 1 + pick % (len(column) - 1)
                column.insert(place, between(column[place - 1], column[place]))
    assert all(upper < lower for upper, lower in pairwise(column))


def test_a_new_ticket_ranks_below_what_was_moved_to_the_bottom() -> None:
    last = of_number(7)
    for _ in range(5000):
        last = after(last, 3)
    assert last < of_number(8)
    assert len(last) <= 8


def test_a_thousand_moves_to_the_top_keep_ranks_short() -> None:
    first = of_number(1)
    for _ in range(1000):
        first = before(first)
    assert len(first) <= 4


def test_what_is_moved_to_the_bottom_keeps_its_own_rank_where_that_will_do() -> None:
    assert after(of_number(3), 9) == of_number(9)


def test_many_ranks_between_two_neighbours_stay_short() -> None:
    ranks = spread("a1", "a2", 1000)
    assert all(upper < lower for upper, lower in pairwise(["a1", *ranks, "a2"]))
    assert max(map(len, ranks)) <= 4


def test_there_is_nothing_between_a_rank_and_itself() -> None:
    with pytest.raises(ValueError, match="does not stand before"):
        between("a1", "a1")


@pytest.mark.parametrize(
    ("gap", "ranks"),
    [
        (Gap(), ["a5", "a7"]),
        (Gap(above="a6"), ["a61", "a7"]),
        (Gap(below="a1"), ["Zz", "a0"]),
        (Gap(above="a1", below="a2"), ["a1F", "a1V"]),
        (Gap(above="a2", below="a2"), ["a5", "a7"]),
    ],
    ids=["in an empty column", "at the bottom", "at the top", "in the middle", "between tied neighbours"],
)
def test_a_gap_gives_ranks_to_tickets_5_and_7(gap: Gap, ranks: list[str]) -> None:
    assert gap.ranks([5, 7]) == ranks
