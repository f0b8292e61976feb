"""Citations: BibTeX and RIS are read back by readers of their own, whatever stands in a field."""

import re

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from ctportal.publishing.services import publish
from ctportal.web.text import LocalizedText
from documents.citations import citations, one_line, split_name
from tests import factories as make

ADDRESS = "https://portal.example.org/id/0a"
DIGEST = "This is a digest: a summary made by this portal, not the text of the document."
# The keys of the fields in the document's view, in BibTeX and in RIS.
FIELDS = {
    "title": ("title", "title"),
    "place": ("address", "place_published"),
    "issued_by": ("institution", "publisher"),
    "symbol": ("number", "note"),
}
ODD = [
    *(
        "50 % of A_1 ~ {B} \\o/ ^2",
        "}{",
        "{{{",
        "}",
        "\\",
        "\\\\",
        "a\\",
        "\\}",
        "a\\{b",
        "$x$ & #1",
        "x@y, {z",
        "@misc{a,",
        "%",
    ),
    *('"quoted"', 'a "b', "“curly” and ‘single’", "``ticks''", "a -- b --- c", "<<x>>", ",,x", "?`!`", "'s"),
    *(
        "TY  - BOOK\nER  - \nTY  - JOUR",
        "ER  - ",
        "line\r\nbreak",
        "tab\tbed",
        "escape\x1b[31m",
        "bell\x07",
        "nul\0",
        "\x85\u2028\u2029",
    ),
    *(
        "Title\u202eelttiT",
        "\u200fעברית",
        "مؤتمر {دوشنبه}",
        "反恐会议",
        "Ковалёв & Co.",
        "  spaces  ",
        "A and B",
        "and",
        "e\u0301",
    ),
]
COMMANDS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}


def document(**fields):
    """Return a document as its page shows it; texts are in English. Lists of names may be one name."""
    texts = {"place": "Minsk", "title": "Closing remarks"}
    texts |= {name: fields.pop(name) for name in list(fields) if name in texts}
    names = {name: fields.pop(name, []) for name in ("by", "issued_by")}
    return {
        **{name: LocalizedText(text, "en") for name, text in texts.items()},
        **{
            name: [{"name": LocalizedText(each, "en")} for each in ([given] if isinstance(given, str) else given)]
            for name, given in names.items()
        },
        "kind": "Report",
        "code": "report",
        "date": "4 September 2019",
        "iso_date": "2019-09-04",
        "symbol": "S/2019/123",
        "version": {"digest": False},
        **fields,
    }


def cited(shown, version=2):
    """Return the citations of *shown*: the plain one, and those in BibTeX and RIS as their readers read them."""
    made = citations(shown, ADDRESS, "closing", version)
    code = dict(made["code"])
    entries = parse_string(code["BibTeX"], "bibtex").entries
    references = rispy.loads(code["RIS"])
    assert (list(entries), len(references)) == (["closing"], 1)
    return "".join(part for part, _is_ltr in made["plain"]), entries["closing"], references[0]


def from_latex(text):
    """Return the text that LaTeX prints for *text*."""
    plain = re.sub(r"\{\\(text[a-z]+)\}", lambda found: f"\0{list(COMMANDS).index(found[1])}", text)
    plain = re.sub(r"\\([%$#&_])", r"\1", plain.replace("{", "").replace("}", ""))
    return re.sub("\0([0-9])", lambda found: list(COMMANDS.values())[int(found[1])], plain)


@pytest.mark.parametrize(
    ("iso_date", "shown", "entry", "reference"),
    [
        ("2022-03-05", "5 March 2022", {"year": "2022", "month": "3", "day": "5"}, "2022/03/05"),
        ("2022-03", "March 2022", {"year": "2022", "month": "3"}, "2022/03//"),
        ("2022", "2022", {"year": "2022"}, "2022///"),
    ],
)
def test_a_citation_gives_no_more_of_the_date_than_is_known(iso_date, shown, entry, reference):
    plain, bibtex, ris = cited(document(iso_date=iso_date, date=shown))

    assert f"Report. Minsk, {shown}. S/2019/123" in plain
    assert {name: bibtex.fields[name] for name in ("year", "month", "day") if name in bibtex.fields} == entry
    assert (ris["date"], ris["year"]) == (reference, "2022")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", ODD)
def test_any_text_in_any_field_is_read_back(field, text):
    check(field, text)


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=40))
def test_any_text_at_all_is_read_back(field, text):
    check(field, text)


def check(field, text):
    plain, entry, reference = cited(document(**{field: text}))
    in_bibtex, in_ris = FIELDS[field]
    right = one_line(text)
    assert (from_latex(entry.fields.get(in_bibtex, "")), reference.get(in_ris, "")) == (right, right)
    assert right in plain
    assert not re.search("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", plain)


@given(st.text(max_size=40))
def test_any_name_of_a_person_is_one_author(name):
    plain, entry, reference = cited(document(by=name))
    right = one_line(name)
    assert len(entry.persons.get("author", [])) == len(reference.get("authors", [])) == bool(right)
    assert plain.startswith(right)
    if right:
        [person] = entry.persons["author"]
        words = [" ".join(person.prelast_names + person.last_names), " ".join(person.first_names + person.middle_names)]
        assert [from_latex(each) for each in words] == [" ".join(each.split()) for each in split_name(right)]


@pytest.mark.parametrize(
    ("name", "family", "given_name"),
    [
        ("Ada Speaker", "Speaker", "Ada"),
        ("Ada B. Speaker", "Speaker", "Ada B."),
        ("Ludwig van der Berg", "van der Berg", "Ludwig"),
        ("WANG Yi", "WANG", "Yi"),
        ("Juan DE LA CRUZ", "DE LA CRUZ", "Juan"),
        ("ADA SPEAKER", "SPEAKER", "ADA"),
        ("Speaker, Ada", "Speaker", "Ada"),
        ("Иван Ковалёв", "Ковалёв", "Иван"),
        ("Rania", "Rania", ""),
        ("محمد بن علي", "محمد بن علي", ""),
        ("王毅", "王毅", ""),
        (",", ",", ""),
    ],
)
def test_the_family_name_of_a_person(name, family, given_name):
    assert split_name(name) == (family, given_name)


def test_a_person_and_an_organization_are_told_apart_as_authors():
    by_person = document(by="Ada Speaker", issued_by="Office for Trade and Law")
    by_office = document(issued_by="Office for Trade and Law")
    plain, entry, reference = cited(by_person)
    assert plain.startswith("Ada Speaker. “Closing remarks”")
    [person] = entry.persons["author"]
    assert (person.last_names, person.first_names) == (["Speaker"], ["Ada"])
    assert (reference["authors"], reference["publisher"]) == (["Speaker, Ada"], "Office for Trade and Law")

    plain, entry, reference = cited(by_office)
    assert plain.startswith("Office for Trade and Law. “Closing remarks”")
    [office] = entry.persons["author"]
    assert (office.last_names, office.first_names) == (["{Office for Trade and Law}"], [])
    assert reference["authors"] == ["Office for Trade and Law"]


def test_an_organization_with_a_comma_is_no_person_in_ris():
    plain, entry, reference = cited(document(issued_by="Ministry of Justice, Interior and Trade"))
    assert plain.startswith("Ministry of Justice, Interior and Trade.")
    [office] = entry.persons["author"]
    assert office.last_names == ["{Ministry of Justice, Interior and Trade}"]
    assert "authors" not in reference
    assert reference["publisher"] == "Ministry of Justice, Interior and Trade"


def test_several_people_and_organizations_are_told_apart():
    people, offices = ["Ada Speaker", "WANG Yi"], ["Office for Trade", "Ministry of Justice, Interior and Trade"]

    plain, entry, reference = cited(document(by=people, issued_by=offices))
    assert plain.startswith("Ada Speaker, WANG Yi. “Closing remarks”")
    assert [person.last_names for person in entry.persons["author"]] == [["Speaker"], ["WANG"]]
    assert entry.fields["institution"] == "Office for Trade; Ministry of Justice, Interior and Trade"
    assert (reference["authors"], reference["publisher"]) == (["Speaker, Ada", "WANG, Yi"], "; ".join(offices))

    plain, entry, reference = cited(document(issued_by=offices))
    assert plain.startswith("Office for Trade, Ministry of Justice, Interior and Trade. “Closing remarks”")
    assert [office.last_names for office in entry.persons["author"]] == [[f"{{{name}}}"] for name in offices]
    assert reference["authors"] == ["Office for Trade"]


def test_a_digest_its_version_and_its_language_are_said():
    shown = document(title="Заключительное слово", version={"digest": True})
    shown["title"] = LocalizedText("Заключительное слово", "ru")
    plain, entry, reference = cited(shown)
    assert plain == (
        f"“Заключительное слово”. Report (Digest). Minsk, 4 September 2019. S/2019/123. {ADDRESS} (Русский, Version 2)"
    )
    assert (entry.fields["note"], entry.fields["language"]) == (f"{DIGEST} Version 2", "ru")
    assert (reference["notes"], reference["edition"], reference["language"]) == ([DIGEST], "2", "ru")


def test_the_text_itself_is_no_digest_and_a_preview_has_no_version():
    plain, entry, reference = cited(document(symbol="", place=""), version=None)
    assert plain == f"“Closing remarks”. Report. 4 September 2019. {ADDRESS} (English)"
    assert "note" not in entry.fields
    assert not {"notes", "edition", "note"} & reference.keys()


def test_the_parts_in_latin_signs_are_kept_left_to_right():
    parts = citations(document(), ADDRESS, "closing", 1)["plain"]
    assert [part for part, is_ltr in parts if is_ltr] == ["S/2019/123", ADDRESS]


@pytest.mark.django_db
def test_the_page_says_the_version_and_isolates_latin_signs_in_arabic(client):
    publisher, record = make.make_user(), make.make_document(title="Odd {title} \\", slug="odd", symbol="S/2019/123")
    publish(record, by=publisher)
    record.versions.update(title="Odd {title")
    publish(record, by=publisher, note="Corrected.")

    english, arabic = (client.get(f"/{code}/documents/odd/").content.decode() for code in ("en", "ar"))

    permanent = f"http://testserver/id/{record.uid}"
    assert f"S/2019/123. {permanent} (English, Version 2)" in english
    assert "title = {{Odd {\\textbraceleft}title}}" in english
    assert f'<bdi dir="ltr">S/2019/123</bdi>. <bdi dir="ltr">{permanent}</bdi>' in arabic
    assert arabic.count('<pre class="cite" id="cite-') == arabic.count('" dir="ltr">@misc{odd') + 1 == 2
