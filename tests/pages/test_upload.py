"""A file as discs give it reaches the reader, which says in words why it is not used."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.images.files import dataset, save, speckle


def test_a_ct_slice_without_an_extension_is_named(page: AppTest) -> None:
    data = dataset(speckle(300, 400))
    data.Modality = "CT"
    page.session_state["source"] = "upload"
    page.run()
    assert list(page.file_uploader[0].proto.type) == []
    page.file_uploader[0].upload("IM00001", save(data))
    page.run()
    assert not page.exception
    assert "computed tomography" in " ".join(str(warning.value) for warning in page.warning)
