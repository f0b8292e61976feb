from tests.size import lengths

SOURCE = '''"""A module
with a docstring."""

# A comment.
import os

class Base:
    """Says something."""

    def method(self):
        return """text
        over two lines"""


class Derived(Base):
    name = "x"  # and a comment
'''


def test_code_is_counted_without_blank_lines_comments_and_docstrings():
    assert list(lengths(SOURCE)) == [
        ("module", "", 7),
        ("class", "Base", 4),
        ("class", "Derived", 6),
        ("function", "method", 3),
    ]
