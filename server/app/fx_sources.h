// Sources of exchange rates: a watched file, or the user's own ZeroMQ publisher.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <zmq.hpp>

#include "calc/event.h"
#include "calc/spsc_ring.h"
#include "indexcast/v1/stream.pb.h"
#include "server/settings/config.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/fx_source.h"
#include "server/view/waker.h"

namespace indexcast::server {

struct FxLine {
  std::int64_t rate = 0;  // 1e-8, positive
  TimeNs time{};          // zero: the line gives none
};

struct FxFault {
  FxRefusal reason = FxRefusal::malformed;
  int line = 1;
  std::string what;
};

// Parses the text of a whole file: one line "RATE" or "RATE TIME" with a line end, TIME in RFC 3339
// with its offset ("2025-04-01T09:30:00+08:00"). Empty lines around it are allowed.
std::variant<FxLine, FxFault> parse_fx_file(std::string_view text);

// Reads the file every FxSettings::poll_ms and hands its rate to the core after a change. The
// rate's time is the time in its line, otherwise the file's modification time. A file that is
// refused changes no rate. It is counted by reason once for each change, and logged as "file:line:
// what" once until the file is valid again.
class FxFile final : public Agent {
 public:
  static constexpr std::size_t kMaxBytes = 4096;

  // `ring` and `core` outlive this. `series` is the number of settings.series in the universe, and
  // the file is settings.sources[rank].
  FxFile(const FxSettings& settings, std::uint32_t rank, SeriesId series,
         SpscRing<MarketEvent>& ring, Waker& core, Clock clock = {});

  std::size_t do_work(TimeNs now) override;
  std::size_t drain(TimeNs) override { return 0; }  // unread rates are not accepted
  TimeNs due(TimeNs) const override { return next_look_; }

  const FxSourceStats& stats() const { return stats_; }

 private:
  // The contents and state of the file at one time. Equal values are the same version of the file.
  struct Look {
    std::string text;
    std::int64_t modified_ns = 0;
    std::string error;      // why the file cannot be read; empty if it can
    bool changing = false;  // written to while it was read

    bool operator==(const Look&) const = default;
  };

  Look look() const;
  std::variant<FxLine, FxFault> judge(const Look& look, TimeNs now) const;
  void refuse(const FxFault& fault, bool is_new);

  std::string file_;
  std::int64_t poll_ns_;
  SeriesId series_;
  SpscRing<MarketEvent>* ring_;
  Waker* core_;
  Clock clock_;
  FxSourceStats stats_;
  TimeNs next_look_{};
  std::optional<Look> last_;         // of the previous look
  bool last_taken_ = false;          // the rate of last_ was handed to the core
  std::optional<FxRefusal> logged_;  // since the file was last valid
  std::uint64_t count_ = 0;
};

// Subscribes to "fx/SERIES/" of a ZeroMQ publisher and hands every rate of its series to the core.
// Counts refused messages by reason and logs each reason once. ZeroMQ reconnects by itself. With a
// table of FxSettings::curve for the endpoint the connection is encrypted, and the source proves
// that it has the secret key of server_key. One thread calls it.
class FxSubscriber final : public Agent {
 public:
  // Unread messages that wait in ZeroMQ. Further messages of the source are lost.
  static constexpr int kHighWaterMark = 1000;

  // `ring` and `core` outlive this. `series` is the number of settings.series in the universe, and
  // the endpoint is settings.sources[rank]. Throws std::runtime_error when ZeroMQ refuses it, or
  // when the secret key cannot be read.
  FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
               SpscRing<MarketEvent>& ring, Waker& core, Clock clock = {});

  std::size_t do_work(TimeNs now) override;
  std::size_t drain(TimeNs) override { return 0; }  // unread rates are not accepted
  void watch(feed::ReadySet& ready) override;

  const FxSourceStats& stats() const { return stats_; }

 private:
  void encrypt(const FxCurveSettings& curve);
  void connect();
  void watch_handshakes();
  std::optional<FxRefusal> take(const zmq::message_t& payload, TimeNs now);

  std::string endpoint_;
  SeriesId series_;
  SpscRing<MarketEvent>* ring_;
  Waker* core_;
  bool ready_ = false;  // one of its sockets has something to process; every turn looks
  Clock clock_;
  FxSourceStats stats_;
  std::string public_key_;  // this server's own, with CURVE
  bool handshake_logged_ = false;
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  zmq::socket_t monitor_{context_, zmq::socket_type::pair};
  v1::FxRate rate_;
};

}  // namespace indexcast::server
