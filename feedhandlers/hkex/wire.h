// Layout of OMD-C packets and messages (Binary Interface Specification v1.45; the Security
// Definitions of 2016-2018 and 2012-2014 beside the current one), in a file per theme.
// Little-endian, packed, offsets from the first byte of the message; field names are the
// specification's.
#pragma once

#include "feedhandlers/hkex/wire/index.h"
#include "feedhandlers/hkex/wire/packet.h"
#include "feedhandlers/hkex/wire/price.h"
#include "feedhandlers/hkex/wire/reference.h"
#include "feedhandlers/hkex/wire/session.h"
#include "feedhandlers/hkex/wire/status.h"
#include "feedhandlers/hkex/wire/trade.h"
