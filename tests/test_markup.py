"""Markup: what is left alone in texts with tags, addresses and code, and that offsets stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SMALL

from translit import Lexicon, Normalizer
from translit.mentions.markup import blotted

CASES = [
    ('<p class="Punjir">In Punjir</p>', '<p class="Punjir">In Panjshir</p>'),
    ("<a href='http://x.org/Punjir'>Punjir</a>", "<a href='http://x.org/Punjir'>Panjshir</a>"),
    ("<!-- Punjir --><b>Punjir</b>&nbsp;&Punjir;", "<!-- Punjir --><b>Panjshir</b>&nbsp;&Punjir;"),
    ("<CODE>Punjir</Code > Punjir <pre>Punjir", "<CODE>Punjir</Code > Panjshir <pre>Panjshir"),
    ('<img alt="a > Punjir"> Punjir', '<img alt="a > Punjir"> Panjshir'),
    ("a < Punjir > b & Punjir", "a < Panjshir > b & Panjshir"),
    ("See https://Punjir.org/Punjir, mail Punjir@punjir.org.", "See https://Punjir.org/Punjir, mail Punjir@punjir.org."),
    ("`Punjir` and ``a ` Punjir`` but Punjir", "`Punjir` and ``a ` Punjir`` but Panjshir"),
    ("In Punjir\n```\nPunjir\n```\nin Punjir", "In Panjshir\n```\nPunjir\n```\nin Panjshir"),
    ("[Punjir](Punjir.md) and [Punjir][1]\n\n[1]: Punjir.md", "[Panjshir](Punjir.md) and [Panjshir][1]\n\n[1]: Punjir.md"),
]


@pytest.fixture(scope="module")
def norm() -> Normalizer:
    return Normalizer(Lexicon.build(SMALL), markup=True)


@pytest.mark.parametrize(("before", "after"), CASES)
def test_only_prose_is_cleaned(norm: Normalizer, before: str, after: str) -> None:
    assert norm.clean(before) == after == norm.clean(after)
    assert all(before[m.start : m.end] == m.input for m in norm.find(before))


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "'", '"', "`", "```", "\n", "\n\n", "a", "Punjir", "@x.y", "&amp;", "<b ", "</pre>", "<!--", "-->", "]("]
        )
    )
)
def test_a_blotted_text_is_as_long_and_keeps_the_rest(pieces: list[str]) -> None:
    text = "".join(pieces)
    read = blotted(text)
    assert len(read) == len(text)
    assert all(a == b or b in "\ufffc\n" for a, b in zip(text, read, strict=True))


def test_the_command_takes_markup(tmp_path: Path) -> None:
    lexicon = tmp_path / "small.translit"
    Lexicon.build(SMALL).save(lexicon)
    code = "import sys; from translit.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "clean", "--lexicon", str(lexicon), "--markup"]
    done = subprocess.run(command, input='<i title="Punjir">Punjir</i>', capture_output=True, text=True, check=True)
    assert done.stdout == '<i title="Punjir">Panjshir</i>'
