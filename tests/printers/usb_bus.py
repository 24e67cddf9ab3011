"""A USB bus with one simulated printer on it: pyusb's backend interface in front of the real mechanism."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from kiosk.hardware.simulated.mechanism import Mechanism

OUT, BACK = 0x01, 0x82
VENDOR, PRODUCT, SERIAL = 0x04B8, 0x0202, "K3-0001"


class Bus(usb.backend.IBackend):  # type: ignore[misc]
    """Transfers go straight into the printer's buffer and out of its replies; `plugged` is the cable."""

    def __init__(self, papers: Path, interface_class: int = 7) -> None:
        self.printer = Mechanism(papers)
        self.plugged = True
        self.driver = True
        self.claimed = 0
        self.opened = 0
        self._class = interface_class

    # --- what lsusb tells ------------------------------------------------------------------------

    def enumerate_devices(self) -> Any:
        return iter([self] if self.plugged else [])

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=1, iManufacturer=0, iProduct=0,
            iSerialNumber=1, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=0, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=self._class, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT, BACK)[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # --- the handle ------------------------------------------------------------------------------

    def open_device(self, dev: Any) -> Any:
        self._there()
        self.opened += 1
        return self

    def close_device(self, dev_handle: Any) -> None:
        self.opened -= 1

    def get_configuration(self, dev_handle: Any) -> int:
        return 1

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return self.driver

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self.driver = False

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        if self.driver:
            raise usb.core.USBError("Resource busy", errno=16)
        self.claimed += 1

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self.claimed -= 1
        self._there()

    def ctrl_transfer(  # noqa: PLR0917 - as pyusb calls it
        self, dev_handle: Any, kind: int, request: int, value: int, index: int, data: Any, timeout: int
    ) -> int:
        """String descriptors: the languages, then the serial number."""
        text = (
            b"\x04\x03\x09\x04"
            if not value & 0xFF
            else bytes((2 + 2 * len(SERIAL), 3)) + SERIAL.encode("utf-16-le")
        )
        data[: len(text)] = type(data)("B", text)
        return len(text)

    # --- the pipes -------------------------------------------------------------------------------

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._there()
        taken = bytes(data)[: self.printer.room]
        self.printer.receive(taken)
        self.printer.work(time.monotonic())
        if not taken and data:
            raise usb.core.USBTimeoutError("Operation timed out", errno=110)
        return len(taken)

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        """Empty transfers, as usual with printers, when it has nothing to say."""
        self._there()
        self.printer.work(time.monotonic())
        said = bytes(self.printer.replies[: len(buff)])
        del self.printer.replies[: len(said)]
        buff[: len(said)] = type(buff)("B", said)
        return len(said)

    def _there(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("No such device", errno=19)
