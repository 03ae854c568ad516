"""Tagged PDFs (PDF/UA-1) from a typst template and plain data, without any system library or system font."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path


def tagged_pdf(template: Path, data: Mapping[str, object]) -> bytes:
    """Compile a template to a PDF for everybody's eyes and ears; some 50 ms.

    The template reads ``json(bytes(sys.inputs.data))`` and prints texts as string values, so that nothing in them is
    taken for markup; it sets the title and the language of the document. Only fonts that typst carries are used.
    """
    typst = import_module("typst")  # 20 MB that only whoever makes a PDF should load
    pdf: bytes = typst.compile(
        template.read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    return pdf
