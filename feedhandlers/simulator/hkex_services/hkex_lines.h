// Everything that HKEX multicasts, in order of exchange time: both lines of every channel with
// their faults, and the refresh lines beside them. No socket, no clock: the network and captures
// send what comes out. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "feedhandlers/simulator/hkex_services/refresh_service.h"
#include "feedhandlers/simulator/network/line_faults.h"

namespace indexcast::sim {

class HkexLines {
 public:
  // Sends one datagram of `line` to `group`, due at exchange time `time`; false when it could not.
  using Send = std::function<bool(TimeNs time, std::size_t line, const feed::Endpoint& group,
                                  feed::Bytes bytes)>;

  // `faults` and `counts` outlive the object.
  HkexLines(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // The next real-time packet, in order of exchange time.
  void push(const ExchangeMessage& packet);
  // When the next datagram leaves; empty when none waits.
  std::optional<TimeNs> next_time() const;
  // Sends what leaves at or before `until`.
  void send_until(TimeNs until, const Send& send);
  // The day is over at `now`: sends all that is left.
  void finish(TimeNs now, const Send& send);

 private:
  void send_line(const LineDatagram& datagram, const Send& send);
  void send_refresh(const RefreshPacket& packet, const Send& send);

  TransportCounts& counts_;
  std::map<std::uint32_t, hkex::ChannelSettings> channels_;
  LineFaults lines_;
  RefreshService refresh_;
};

}  // namespace indexcast::sim
