"""Submit forms of the admin like a browser: the values on the page, with those that an editor types."""

from copy import copy
from html.parser import HTMLParser


class _FormParser(HTMLParser):
    """Parses the names, values and buttons of the form whose id ends in ``_form``."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.values, self.buttons, self.labels = {}, [], set()
        self.inside, self.select, self.multiple, self.textarea, self.option = False, None, False, None, None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.inside = (attributes.get("id") or "").endswith("_form")
        name = attributes.get("name")
        if not self.inside or (tag != "option" and not name):
            return
        if tag == "input":
            self._input(name, attributes)
        elif tag == "button":
            self.buttons.append(name)
        elif tag == "select":
            self.select, self.multiple = name, "multiple" in attributes
            self.values.setdefault(name, [] if self.multiple else "")
        elif tag == "option" and self.select and "selected" in attributes:
            value = attributes.get("value", "")
            self.values[self.select] = [*self.values[self.select], value] if self.multiple else value
        elif tag == "textarea":
            self.textarea, self.values[name] = name, ""

    def _input(self, name, attributes):
        kind = attributes.get("type", "text")
        if kind == "submit":
            self.buttons.append(name)
        elif kind in ("checkbox", "radio"):
            if "checked" in attributes:
                self.values[name] = attributes.get("value", "on")
        elif kind != "file":
            value = attributes.get("value", "")
            # A name that occurs several times, such as the photos on a contact sheet, has a list of values.
            self.values[name] = [*self._list(name), value] if name in self.values else value

    def _list(self, name):
        value = self.values[name]
        return value if isinstance(value, list) else [value]

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            # Browsers remove one line feed after the opening tag.
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = None


class AdminForm:
    """A form of the admin that *client* has opened at *address*."""

    def __init__(self, client, address):
        self.client, self.address = client, address
        response = client.get(address)
        assert response.status_code == 200, f"{address} answers {response.status_code}"
        self._read(response)

    def _read(self, response):
        parser = _FormParser()
        parser.feed(response.content.decode())
        self.response, self.values, self.buttons = response, parser.values, parser.buttons

    def again(self, response):
        """Return the AdminForm of *response*, in which the form is shown again with errors."""
        self._read(response)
        return self

    def sent_by(self, client):
        """Return a copy of the form as it is, to be filled in and submitted by *client*."""
        form = copy(self)
        form.client, form.values = client, dict(self.values)
        return form

    def fill(self, **values):
        """Set *values*. Their names must be on the page, except those of files and checkboxes."""
        self.values |= values
        return self

    def add_row(self, prefix, **values):
        """Add a row to the inline *prefix*, like “add another”."""
        total = f"{prefix}-TOTAL_FORMS"
        number = int(self.values[total])
        self.values[total] = str(number + 1)
        empty = f"{prefix}-__prefix__-"
        for name in [name for name in self.values if name.startswith(empty)]:
            self.values[f"{prefix}-{number}-{name.removeprefix(empty)}"] = self.values[name]
        return self.fill(**{f"{prefix}-{number}-{name}": value for name, value in values.items()})

    def press(self, button):
        """Submit the form with *button* and return the response."""
        assert button in self.buttons, f"no button {button}, only {self.buttons}"
        values = {name: value for name, value in self.values.items() if "__prefix__" not in name and value is not None}
        if values.get("alone_reason") == "" and button.startswith(("_publish", "_replace", "_relabel")):
            # Most tests do not concern the second reader. Those that do set a value or None.
            values["alone_reason"] = "There is one person in this test"
        return self.client.post(self.address, values | {button: "1"})


def delete(client, address):
    """Confirm the deletion at *address* and return the response."""
    return AdminForm(client, address).press("_delete")


def errors_of(response):
    """Return {field: [messages]} of a form with errors. Fields of rows are named ``<prefix>-<number>-<field>``."""
    form = response.context["adminform"].form
    found = {name: list(messages) for name, messages in form.errors.items()}
    for formset in response.context["inline_admin_formsets"]:
        for row in formset.formset.forms:
            found |= {f"{row.prefix}-{name}": list(messages) for name, messages in row.errors.items()}
        if formset.formset.non_form_errors():
            found[formset.formset.prefix] = list(formset.formset.non_form_errors())
    return found
