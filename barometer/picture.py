"""Pictures in pixels from our own SVG, without any system library or system font."""

from importlib import import_module

PIXELS_PER_INCH = 192  # twice as fine as a screen's 96


def png(svg: str) -> bytes:
    """Return an SVG as PNG, two pixels for each of its units; some 50 ms. Only fonts that typst carries are used."""
    typst = import_module("typst")  # 20 MB that only whoever makes a picture should load
    page = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    picture: bytes = typst.compile(
        page.encode(), sys_inputs={"svg": svg}, format="png", ppi=PIXELS_PER_INCH, ignore_system_fonts=True
    )
    return picture
