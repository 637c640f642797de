// The sockets that the configured HKEX channels need.
#pragma once

#include "feedhandlers/common/udp_feed.h"
#include "feedhandlers/hkex/settings.h"

namespace indexcast::hkex {

// Line A and line B of every channel; a line without a host is left out (a site with one line).
feed::UdpFeedSettings udp_feed_settings(const Settings& settings);

}  // namespace indexcast::hkex
