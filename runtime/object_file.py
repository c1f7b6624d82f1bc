"""Whether an object file is whole enough to be loaded: LLVM's loader trusts what it is given, and a broken file ends the process.

Checks the ELF files that kernels are compiled to (64 bits, little-endian, relocatable): all that the loader follows, such as offsets,
indices, names and relocations, but not the machine code. Other formats are passed as they are.
"""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MACHINES = {"x86_64": 62, "amd64": 62, "aarch64": 183, "arm64": 183, "ppc64le": 21, "riscv64": 243}
# Relocations that LLVM's RuntimeDyldELF applies; at any other it ends the process. Not checked on other processors.
RELOCATIONS = {62: frozenset((0, 1, 2, 4, 9, 10, 11, 12, 14, 15, 16, 17, 18, 24, 25, 26, 27, 28, 29, 41, 42))}
SYMBOL_TABLE, STRING_TABLE, RELOCATIONS_ADDED, NO_BITS, RELOCATIONS_BARE = 2, 3, 4, 8, 9
EXECUTABLE = 4
THREAD_LOCAL, COMPRESSED = 0x400, 0x800
UNDEFINED, RESERVED, ABSOLUTE, COMMON = 0, 0xFF00, 0xFFF1, 0xFFF2
MAX_NO_BITS = 1 << 24
ALIGNMENTS = frozenset((0, *(1 << bits for bits in range(17))))


@dataclass(frozen=True, slots=True)
class Section:
    """A section header."""

    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol and the index of its section."""

    name: bytes
    section: int
    value: int
    size: int


def check_object(code: bytes, name: str, known: Callable[[str], object]) -> None:
    """Raise ValueError, saying what is wrong, unless `code` can be loaded and exports the function `name`.

    `known(symbol)` says whether the process has a symbol that the file does not define.
    """
    if sys.platform in ("win32", "darwin"):
        return
    try:
        _check(code, name, known)
    except struct.error as error:
        raise ValueError(f"truncated: {error}") from None


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(what)


def _check(code: bytes, name: str, known: Callable[[str], object]) -> None:
    machine = _machine(code)
    sections = _sections(code)
    tables = [index for index, section in enumerate(sections) if section.type == SYMBOL_TABLE]
    _require(len(tables) == 1, f"{len(tables)} symbol tables")
    symbols = list(_symbols(code, sections, sections[tables[0]]))
    for section in sections:
        _require(section.type != RELOCATIONS_BARE, "relocations without addends")
        if section.type == RELOCATIONS_ADDED:
            _require(section.link == tables[0], "relocations of another symbol table")
            _check_relocations(code, sections, section, len(symbols), RELOCATIONS.get(machine))
    _require(
        any(symbol.name == name.encode() and _is_code(sections, symbol) for symbol in symbols), f"no function {name} in the file"
    )
    for symbol in symbols[1:]:
        if symbol.section == UNDEFINED:
            _require(bool(known(symbol.name.decode(errors="replace"))), f"unknown symbol {symbol.name!r}")


def _machine(code: bytes) -> int:
    """The header's machine, which is this one's."""
    _require(code[:7] == b"\x7fELF\x02\x01\x01", "no ELF file of 64 bits, little-endian")
    kind, machine, version = struct.unpack_from("<HHI", code, 16)
    _require(kind == 1 and version == 1, "not relocatable")
    _require(machine == MACHINES.get(platform.machine().lower(), machine), f"code of another processor ({machine})")
    return int(machine)


def _sections(code: bytes) -> list[Section]:
    (start,) = struct.unpack_from("<Q", code, 40)
    entry, count, names = struct.unpack_from("<HHH", code, 58)
    _require(entry == 64 and names < count, "no section headers")
    _require(start + 64 * count <= len(code), "section headers beyond the end")
    sections = [Section(*struct.unpack_from("<IIQQQQIIQQ", code, start + 64 * number)) for number in range(count)]
    titles = _strings(code, sections[names])
    for section in sections:
        if section.type == NO_BITS:
            _require(section.size <= MAX_NO_BITS, "an oversized section")
        else:
            _require(section.offset + section.size <= len(code), "a section beyond the end")
        _require(not section.flags & (THREAD_LOCAL | COMPRESSED), "a section that the loader does not know")
        _require(section.name < len(titles) and section.link < count, "a section without name or table")
        _require(section.alignment in ALIGNMENTS, f"alignment {section.alignment}")
    return sections


def _strings(code: bytes, section: Section) -> bytes:
    _require(section.type == STRING_TABLE and section.size > 0, "no string table")
    _require(section.offset + section.size <= len(code), "a string table beyond the end")
    text = code[section.offset : section.offset + section.size]
    _require(text[-1:] == b"\0", "a string table without an end")
    return text


def _symbols(code: bytes, sections: list[Section], table: Section) -> Iterator[Symbol]:
    _require(table.entry_size == 24 and table.size % 24 == 0 and table.size > 0, "a damaged symbol table")
    names = _strings(code, sections[table.link])
    for number in range(table.size // 24):
        at, _, _, section, value, size = struct.unpack_from("<IBBHQQ", code, table.offset + 24 * number)
        _require(at < len(names), "a symbol without a name")
        if UNDEFINED < section < RESERVED:
            _require(section < len(sections) and value + size <= sections[section].size, "a symbol outside its section")
        else:
            _require(section in (UNDEFINED, ABSOLUTE, COMMON) and size <= MAX_NO_BITS, "a symbol of no section")
            _require(section != COMMON or value in ALIGNMENTS, f"alignment {value}")
        yield Symbol(names[at : names.index(b"\0", at)], section, value, size)


def _is_code(sections: list[Section], symbol: Symbol) -> bool:
    return UNDEFINED < symbol.section < RESERVED and bool(sections[symbol.section].flags & EXECUTABLE) and symbol.size > 0


def _check_relocations(code: bytes, sections: list[Section], table: Section, symbols: int, types: frozenset[int] | None) -> None:
    _require(table.entry_size == 24 and table.size % 24 == 0 and table.info < len(sections), "a damaged relocation table")
    target = sections[table.info]
    for number in range(table.size // 24):
        offset, info, addend = struct.unpack_from("<QQq", code, table.offset + 24 * number)
        _require(offset + 8 <= target.size and info >> 32 < symbols, "a relocation outside its section")
        _require(types is None or info & 0xFFFFFFFF in types, f"relocation {info & 0xFFFFFFFF}")
        _require(abs(addend) <= len(code) + MAX_NO_BITS, "a relocation far away")
