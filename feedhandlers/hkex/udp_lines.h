// The sockets that the configured HKEX channels need.
#pragma once

#include <vector>

#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/session/udp_feed.h"

namespace indexcast::hkex {

// Line A and line B of a channel, then those of its refresh channel under refresh_id(); a line
// without a host is left out (a site with one line).
std::vector<feed::UdpLine> lines_of(const ChannelSettings& channel);

// The lines of every channel.
feed::UdpFeedSettings udp_feed_settings(const Settings& settings);

}  // namespace indexcast::hkex
