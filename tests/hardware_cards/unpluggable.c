/* A card reader's driver that can be unplugged: hands all on to another driver (REAL), as long as no file
   named GONE is there. Both are given when it is compiled. */
#include <dlfcn.h>
#include <unistd.h>
#include <wintypes.h>
#include <ifdhandler.h>

static void *real(const char *name)
{
	static void *driver;

	if (!driver)
		driver = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
	return driver ? dlsym(driver, name) : 0;
}

static int gone(void)
{
	return !access(GONE, F_OK);
}

#define HAND_ON(name, types, values) \
RESPONSECODE name types \
{ \
	RESPONSECODE (*call) types = (RESPONSECODE (*) types) real(#name); \
	return gone() || !call ? IFD_NO_SUCH_DEVICE : call values; \
}

HAND_ON(IFDHCreateChannel, (DWORD lun, DWORD channel), (lun, channel))
HAND_ON(IFDHCreateChannelByName, (DWORD lun, LPSTR device), (lun, device))
HAND_ON(IFDHGetCapabilities, (DWORD lun, DWORD tag, PDWORD length, PUCHAR value), (lun, tag, length, value))
HAND_ON(IFDHSetCapabilities, (DWORD lun, DWORD tag, DWORD length, PUCHAR value), (lun, tag, length, value))
HAND_ON(IFDHSetProtocolParameters, (DWORD lun, DWORD protocol, UCHAR flags, UCHAR a, UCHAR b, UCHAR c),
	(lun, protocol, flags, a, b, c))
HAND_ON(IFDHPowerICC, (DWORD lun, DWORD action, PUCHAR atr, PDWORD length), (lun, action, atr, length))
HAND_ON(IFDHTransmitToICC, (DWORD lun, SCARD_IO_HEADER sent, PUCHAR command, DWORD size, PUCHAR answer,
	PDWORD length, PSCARD_IO_HEADER told), (lun, sent, command, size, answer, length, told))
HAND_ON(IFDHControl, (DWORD lun, DWORD code, PUCHAR sent, DWORD size, PUCHAR answer, DWORD room, LPDWORD length),
	(lun, code, sent, size, answer, room, length))
HAND_ON(IFDHICCPresence, (DWORD lun), (lun))

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
	RESPONSECODE (*call)(DWORD) = (RESPONSECODE (*)(DWORD)) real("IFDHCloseChannel");

	return call ? call(lun) : IFD_NO_SUCH_DEVICE;
}
