"""The region's cell on a frame with two panes, drawn without any network."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.contracts import Line
from sera_core.ui.measure import Calibration


def cells() -> None:
    import numpy as np

    from sera_core.contracts import Box, GreyImage, ScaledRegion
    from sera_core.ui.cell import open_cell
    from sera_core.ui.diagnose.image import Picture
    from sera_core.ui.diagnose.region import mark_region
    from sera_core.ui.state import case_of, start

    start()
    panes = ScaledRegion(Box(0, 0, 250, 315), (0.1, 0.1)), ScaledRegion(Box(250, 0, 250, 315), (0.2, 0.2))
    image = GreyImage(np.full((315, 500), 0.4, np.float32), regions=panes)
    mark_region(open_cell(2, "Region", ""), Picture(image, case_of("two panes"), Box(40, 40, 120, 90), np.full))


def words(page: AppTest) -> str:
    return " ".join(str(element.value) for kind in ("markdown", "warning", "info") for element in page.get(kind))


@pytest.fixture
def page() -> AppTest:
    at = AppTest.from_function(cells, default_timeout=60).run()
    assert "12.0 × 9.0 mm." in words(at)
    assert "Scale 0.100 mm a pixel; the picture is 25.0 mm wide and 31.5 mm deep." in words(at)
    return at


def test_a_ruler_measures_by_the_pane_it_lies_in(page: AppTest) -> None:
    rulers = {
        "**10 mm**. Scale 0.100 mm a pixel; the picture is 25.0 mm wide": Line(50, 100, 150, 100),
        "**20 mm**. Scale 0.200 mm a pixel; the picture is 50.0 mm wide": Line(300, 100, 400, 100),
        "two at once (0.100 and 0.200 mm a pixel), so this line has no length": Line(200, 100, 300, 100),
        "A size of 0.8 mm cannot be used": Line(300, 100, 304, 100),
    }
    for said, ruler in rulers.items():
        page.session_state["case"].mark(ruler=ruler)
        page.run()
        assert not page.exception
        assert said in words(page)
        assert "it is the size in cell 6 now" not in words(page)  # nobody took it


def test_the_reader_s_scale_is_told_with_its_field_of_view_and_doubted_where_that_is_no_thyroid(page: AppTest) -> None:
    page.session_state["case"].mark(calibration=Calibration(Line(300, 10, 300, 310), 200))
    page.run()
    assert "0.100 mm a pixel; the picture is 25.0 mm wide and 31.5 mm deep. It was read from the file." in words(page)
    page.session_state["case"].mark(ruler=Line(300, 100, 400, 100))
    page.run()
    assert not page.exception
    assert "the picture is 166.7 mm wide and 210.0 mm deep. It was set by you." in words(page)
    assert "a thyroid frame is 20 to 120 mm wide and deep" in words(page)


def test_a_tap_beside_the_picture_changes_nothing_and_says_so() -> None:
    def cells() -> None:
        import numpy as np
        import streamlit as st

        from sera_core.contracts import Box, GreyImage
        from sera_core.ui.diagnose.image import Picture
        from sera_core.ui.diagnose.region import Region, hands_on, show_picture
        from sera_core.ui.state import case_of

        pixels = np.zeros((300, 500), np.float32)
        pixels[10:290, 50:450] = 0.4  # a picture with black to its left and right
        image, box, case = GreyImage(pixels), Box(100, 80, 120, 90), case_of("margins")
        case.mark(box=box)
        hands, boxes = hands_on(case, image, box), []
        taps = st.session_state["taps"]
        for tap in taps:
            hands.click(*tap)
            boxes.append(case.marks.box.as_list())
        st.json(boxes)
        show_picture(Picture(image, case, None, np.zeros), Region(image, box, None))

    at = AppTest.from_function(cells, default_timeout=60)
    at.session_state["taps"] = [(20, 150), (470, 20)]
    at.run()
    assert not at.exception
    assert json.loads(at.json[0].value) == [[100, 80, 120, 90]] * 2
    assert [warning.value for warning in at.warning] == [
        "The tap lay beside the ultrasound picture: tap the nodule, or drag a box around it."
    ]
    at.session_state["taps"] = [(300, 200)]
    at.run()
    ((x, y, wide, high),) = json.loads(at.json[0].value)
    assert x <= 300 < x + wide
    assert y <= 200 < y + high
    assert not at.warning


def test_where_no_nodule_was_found_the_region_can_be_typed_and_forgotten() -> None:
    def cells() -> None:
        import numpy as np

        from sera_core.contracts import GreyImage
        from sera_core.ui.cell import open_cell
        from sera_core.ui.diagnose.image import Picture
        from sera_core.ui.diagnose.region import mark_region
        from sera_core.ui.state import case_of

        image = GreyImage(np.full((240, 320), 0.4, np.float32))
        mark_region(open_cell(2, "Region", ""), Picture(image, case_of("nothing found"), None, np.full))

    at = AppTest.from_function(cells, default_timeout=60).run()
    assert "drag a box around it" in words(at)
    assert [at.number_input(key=key).value for key in ("box_x", "box_y", "box_w", "box_h")] == [120, 90, 80, 60]
    assert not at.button
    at.number_input(key="box_x").set_value(60).run()
    assert not at.exception
    assert "Your box: 80 × 60 pixels" in words(at)
    assert [button.label for button in at.button] == ["Forget your box"]
    at.button(key="unbox").click().run()
    assert "drag a box around it" in words(at)


def test_a_measured_size_follows_the_scale_and_undo_and_a_typed_one_stays() -> None:
    def cells() -> None:
        import numpy as np
        import streamlit as st

        from sera_core.contracts import GreyImage, Line
        from sera_core.ui.diagnose.region import hands_on
        from sera_core.ui.state import case_of

        case, image = case_of("one"), GreyImage(np.full((200, 300), 0.4, np.float32), (0.1, 0.1))
        hands = hands_on(case, image, None)
        sizes = []
        for act in (
            lambda: hands.line(Line(50, 100, 150, 100)),
            lambda: hands.scale(Line(10, 0, 10, 100), 20),
            hands.undo,
            hands.undo,
            lambda: hands.line(Line(50, 100, 150, 100)),
            lambda: st.session_state.update(size_mm="7,0"),
            hands.undo,
        ):
            act()
            sizes.append(st.session_state["size_mm"])
        st.json(sizes)

    at = AppTest.from_function(cells, default_timeout=60).run()
    assert not at.exception
    assert json.loads(at.json[0].value) == ["10", "20", "10", "", "10", "7,0", "7,0"]
