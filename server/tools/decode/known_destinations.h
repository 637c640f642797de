// Which datagrams of a capture are the venue's.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "feedhandlers/capture/packet_view.h"

namespace indexcast::server {

// A destination is the venue's when its port is asked for, or, with no ports to go by, from the
// first datagram on that is plausible. One thread.
class KnownDestinations {
 public:
  explicit KnownDestinations(std::vector<std::uint16_t> ports) : ports_(std::move(ports)) {}

  // `plausible(payload)`: no other protocol has such a datagram by chance.
  template <class Plausible>
  bool holds(const feed::PacketView& view, Plausible&& plausible) {
    if (!ports_.empty()) {
      return std::find(ports_.begin(), ports_.end(), view.destination.port) != ports_.end();
    }
    const std::uint64_t destination =
        static_cast<std::uint64_t>(view.destination.host) << 16 | view.destination.port;
    if (known_.contains(destination)) return true;
    if (!plausible(view.payload)) return false;
    known_.insert(destination);
    return true;
  }

 private:
  std::vector<std::uint16_t> ports_;
  absl::flat_hash_set<std::uint64_t> known_;
};

}  // namespace indexcast::server
