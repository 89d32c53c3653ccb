"""What stands inside blocks: buttons, menus, inputs, with Slack's limits."""

from typing import Any

from sandbox.slack_shapes import (
    Check,
    Report,
    Shape,
    anything,
    boolean,
    integer,
    items,
    one_of,
    plain,
    shaped,
    string,
    text,
    typed,
    web_address,
)

ID = string(255)

CONFIRM = shaped(
    Shape(
        required={"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
        optional={"style": one_of("primary", "danger")},
    )
)

OPTION = shaped(
    Shape(required={"text": text(75), "value": string(150)}, optional={"description": text(75), "url": web_address()})
)

OPTION_GROUP = shaped(Shape(required={"label": plain(75), "options": items(OPTION, most=100)}))

_COMMON: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
_MENU: dict[str, Check] = {**_COMMON, "placeholder": plain(150)}
_TYPED: dict[str, Check] = {
    "action_id": ID,
    "focus_on_load": boolean,
    "placeholder": plain(150),
    "initial_value": string(3000, least=0),
    "dispatch_action_config": anything,
}


def _options_or_groups(report: Report, value: Any, at: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.add("must have either options or option_groups", at)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _initial_is_offered(report: Report, value: Any, at: str) -> None:
    _options_or_groups(report, value, at)
    offered = _list(value.get("options"))
    for group in _list(value.get("option_groups")):
        offered += _list(group.get("options")) if isinstance(group, dict) else []
    initial = value.get("initial_option")
    if initial is not None and initial not in offered:
        report.add("initial_option must be one of the options", f"{at}/initial_option")


def _static(**more: Check) -> Shape:
    return Shape(
        optional={**_MENU, "options": items(OPTION, most=100), "option_groups": items(OPTION_GROUP, most=100), **more},
        rule=_initial_is_offered,
    )


def _boxes(**more: Check) -> Shape:
    return Shape(required={"options": items(OPTION, most=10)}, optional={**_COMMON, **more})


BUTTON = Shape(
    required={"text": plain(75)},
    optional={
        "action_id": ID,
        "value": string(2000),
        "url": web_address(),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)

IMAGE = Shape(
    required={"alt_text": string(2000)},
    optional={"image_url": web_address(), "slack_file": anything},
    rule=lambda report, value, at: (
        None
        if ("image_url" in value) != ("slack_file" in value)
        else report.add("must have either image_url or slack_file", at)
    ),
)

MENUS: dict[str, Shape] = {
    "static_select": _static(initial_option=OPTION),
    "multi_static_select": _static(initial_options=items(OPTION, most=100), max_selected_items=integer),
    "external_select": Shape(optional={**_MENU, "initial_option": OPTION, "min_query_length": integer}),
    "multi_external_select": Shape(
        optional={
            **_MENU,
            "initial_options": items(OPTION, most=100),
            "min_query_length": integer,
            "max_selected_items": integer,
        }
    ),
    "users_select": Shape(optional={**_MENU, "initial_user": ID}),
    "multi_users_select": Shape(
        optional={**_MENU, "initial_users": items(ID, most=100), "max_selected_items": integer}
    ),
    "channels_select": Shape(optional={**_MENU, "initial_channel": ID, "response_url_enabled": boolean}),
    "conversations_select": Shape(
        optional={
            **_MENU,
            "initial_conversation": ID,
            "response_url_enabled": boolean,
            "default_to_current_conversation": boolean,
            "filter": anything,
        }
    ),
}

PICKERS: dict[str, Shape] = {
    "checkboxes": _boxes(initial_options=items(OPTION, most=10)),
    "radio_buttons": _boxes(initial_option=OPTION),
    "datepicker": Shape(optional={**_MENU, "initial_date": string(10, least=10)}),
    "timepicker": Shape(optional={**_MENU, "initial_time": string(5, least=5), "timezone": ID}),
    "datetimepicker": Shape(optional={**_COMMON, "initial_date_time": integer}),
}

INPUTS: dict[str, Shape] = {
    "plain_text_input": Shape(optional={**_TYPED, "multiline": boolean, "min_length": integer, "max_length": integer}),
    "email_text_input": Shape(optional=_TYPED),
    "url_text_input": Shape(optional=_TYPED),
    "number_input": Shape(
        required={"is_decimal_allowed": boolean}, optional={**_TYPED, "min_value": string(40), "max_value": string(40)}
    ),
}

FILES: dict[str, Shape] = {
    "file_input": Shape(
        optional={"action_id": ID, "filetypes": items(string(30), most=100), "max_files": integer},
    )
}

OVERFLOW: dict[str, Shape] = {
    "overflow": Shape(required={"options": items(OPTION, most=5)}, optional={"action_id": ID, "confirm": CONFIRM})
}

BUTTONS = {"button": BUTTON}
ACCESSORIES = {**BUTTONS, "image": IMAGE, **MENUS, **PICKERS, **OVERFLOW}
ACTIONS = {**BUTTONS, **MENUS, **PICKERS, **OVERFLOW}
IN_INPUT = {**INPUTS, **MENUS, **PICKERS, **FILES}


def element(shapes: dict[str, Shape]) -> Check:
    """Want one of these elements; an action id stands once in its block."""
    check = typed(shapes, noun="element")

    def check_element(report: Report, value: Any, at: str) -> None:
        check(report, value, at)
        action_id = value.get("action_id") if isinstance(value, dict) else None
        if isinstance(action_id, str):
            block = "/".join(at.removeprefix("/view").split("/")[:3])
            if (block, action_id) in report.action_ids:
                report.add(f'`action_id` "{action_id}" already exists in this block', f"{at}/action_id")
            report.action_ids.add((block, action_id))

    return check_element
