"""Names as screens may show them."""

import pytest

from kiosk.membership.names import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张小伟", "张*伟"),
        ("李娜", "李*"),
        ("王", "王*"),
        ("欧阳修", "欧阳*"),
        ("歐陽小修", "歐陽*修"),
        ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿*提"),
        ("Anna Smith", "A*"),
        ("José", "J*"),
        ("  ", ""),
    ],
)
def test_a_name_is_hidden_but_for_its_ends(name: str, shown: str) -> None:
    assert masked(name) == shown
