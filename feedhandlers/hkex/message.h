// Every message of the SS, SP and index products and of the retransmission service as a plain
// struct, in a file per theme. Fields are the specification's, in our spelling; numbers keep its
// scales (prices and turnover 10^-3, rates and index values 10^-4).
#pragma once

#include "feedhandlers/hkex/message/bounded_list.h"
#include "feedhandlers/hkex/message/index.h"
#include "feedhandlers/hkex/message/price.h"
#include "feedhandlers/hkex/message/reference.h"
#include "feedhandlers/hkex/message/session.h"
#include "feedhandlers/hkex/message/status.h"
#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/message/trade.h"
