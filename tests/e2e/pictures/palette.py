"""Makes a picture of the browser's small: at most 256 colours. Pages have few, and hundreds of mixtures at the edges of letters."""

import collections
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    at = len(SIGNATURE)
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += size + 12


def paeth(left, above, corner):
    guess = left + above - corner
    near = abs(guess - left), abs(guess - above), abs(guess - corner)
    return (left, above, corner)[near.index(min(near))]


def rows_of(raw, stride, step):
    """Takes the filters off."""
    before = bytearray(stride)
    for begin in range(0, len(raw), stride + 1):
        kind, row = raw[begin], bytearray(raw[begin + 1:begin + 1 + stride])
        for at in range(stride if kind else 0):
            left, corner = (row[at - step], before[at - step]) if at >= step else (0, 0)
            above = before[at]
            row[at] = (row[at] + (0, left, above, (left + above) // 2, paeth(left, above, corner))[kind]) & 255
        yield row
        before = row


def choose(counted):
    """First the commonest of each corner of the colour space, so that a rare mark keeps its colour, then the commonest at all."""
    corners = {}
    for colour, _ in counted.most_common():
        corners.setdefault(tuple(part >> 5 for part in colour), colour)
    chosen = list(corners.values())[:200]
    return chosen + [colour for colour, _ in counted.most_common() if colour not in chosen][:256 - len(chosen)]


def shrink(path):
    data = path.read_bytes()
    parts = collections.defaultdict(bytes)
    for kind, body in chunks(data):
        parts[kind] += body
    width, height, depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    step = {2: 3, 6: 4}[kind]
    assert depth == 8
    pixels = [list(zip(row[0::step], row[1::step], row[2::step]))
              for row in rows_of(zlib.decompress(parts[b"IDAT"]), width * step, step)]
    counted = collections.Counter(colour for row in pixels for colour in row)
    palette = choose(counted)
    index = {colour: min(range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(palette[at], colour)))
             for colour in counted}
    lines = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in pixels)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    path.write_bytes(SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
                     + chunk(b"PLTE", bytes(part for colour in palette for part in colour))
                     + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))
