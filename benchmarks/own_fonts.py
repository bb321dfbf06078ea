"""What an election's own fonts weigh, and how long they take to be cut: by script and number of different letters.

    python benchmarks/own_fonts.py

`core`: what the fonts add to the core of the definition, both weights, in base64. `cut`: processor time of `fonts_for`.
"""

import time

from testigo import canonical
from testigo.paper.font import glyphs
from testigo.paper.noto import fonts_for

BLOCKS = {
    "Devanagari": (0x0904, 0x0970),
    "Thai": (0x0E01, 0x0E4E),
    "Ethiopic": (0x1200, 0x137C),
    "Arabic (Urdu)": (0x0620, 0x06D3),
    "Chinese": (0x4E00, 0x9FA5),
    "Korean": (0xAC00, 0xD7A3),
}
COUNTS = {"Chinese": (100, 500), "Korean": (200,)}


def main() -> None:
    """Print the table."""
    print("| script | letters | families | core, kB | cut, s |\n|---|---:|---|---:|---:|")
    for name, (first, last) in BLOCKS.items():
        block = [chr(point) for point in range(first, last + 1) if chr(point).isalpha()]
        for count in COUNTS.get(name, (len(block),)):
            letters = block[:: max(len(block) // count, 1)][:count]
            started = time.process_time()
            fonts = fonts_for(letters, ("es",))
            seconds = time.process_time() - started
            drawn = sum(1 for one in letters if any(ord(one) in glyphs(font.file()).characters for font in fonts[:1]))
            families = ", ".join(dict.fromkeys(font.family for font in fonts))
            print(f"| {name} | {drawn} | {families} | {len(canonical.encode(fonts)) / 1000:,.0f} | {seconds:.1f} |")


if __name__ == "__main__":
    main()
