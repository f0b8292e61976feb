"""What the process that looks into documents (``ctportal.files.extract``) answers: the text it keeps, and a refusal."""

MAX_TEXT = 1_000_000  # characters kept: about 500 pages


class Refused(Exception):
    """The document must not be accepted; carries the verdict and what was found.

    *kind* names what was found where the message has a word for it (``ctportal.files.archives.FOUND``).
    """

    def __init__(self, verdict: str, detail: str = "", kind: str = "") -> None:
        super().__init__(verdict, detail, kind)
        self.verdict = verdict
        self.detail = detail
        self.kind = kind
