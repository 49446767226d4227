"""Keeps addresses that people enter from leading into the operator's own network.

The check stands where the socket is made, so that it sees the very address that is connected to: names,
literals, redirects and names that change between two look-ups (DNS rebinding) all come past here.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from aiohttp import AddrInfoType

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
SocketFactory: TypeAlias = Callable[[AddrInfoType], socket.socket]

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")

# What Python 3.11 calls global although no public site can be there (IANA special-purpose registries).
_NEVER_PUBLIC: Final[tuple[Network, ...]] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
)


class AddressGuardError(OSError):
    """The guard refused the address.

    The text is constant: when a name has several addresses, only equal errors are passed on as they are.
    """

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address isn't public")


def real_address(text: str) -> Address:
    """Unwrap IPv4 addresses that travel inside IPv6 ones: mapped, 6to4 and NAT64."""
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Tell whether an unwrapped address belongs to the public internet."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not _is_within(address, _NEVER_PUBLIC)


def guarded_socket(allow: Sequence[Network]) -> SocketFactory:
    """Make sockets for public addresses, and for those in the networks that the operator allows."""

    def make(address_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, target = address_info
        address = real_address(target[0])
        if not (is_public(address) or _is_within(address, allow)):
            raise AddressGuardError
        return socket.socket(family=family, type=kind, proto=protocol)

    return make


def _is_within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
