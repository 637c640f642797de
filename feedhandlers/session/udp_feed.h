// A live feed over UDP: the sockets of a venue's channels and lines, read into its handler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/transport/endpoint.h"
#include "feedhandlers/transport/receive_stamps.h"
#include "feedhandlers/transport/udp_socket.h"

namespace indexcast::feed {

// One line of one channel.
struct UdpLine {
  std::uint32_t channel = 0;
  Line line = Line::a;
  Endpoint address;  // multicast group or an address of this host
};

struct UdpFeedSettings {
  Venue venue = Venue::hkex;
  std::vector<UdpLine> lines;
  std::string interface = "127.0.0.1";  // address of the interface that joins the groups
  int receive_buffer_bytes = 8 << 20;
  // Dotted IPv4 addresses of senders; datagrams from others are counted and not looked at. Empty:
  // anybody's.
  std::vector<std::string> sources;
  // Joins the groups for these senders only, so that the network does not even deliver others'.
  bool join_sources = false;
  // Reads the operating system's clocks; a test whose time stands still gives clocks that do too.
  ClockReading (*clocks)() = read_clocks;
};

// Used by one thread, but for state() and counters(). Allocates at construction only.
//
// A datagram's receive time comes from the age of the kernel's stamp (receive_stamps.h). It is
// never before that of the datagram handed on before it.
class UdpFeed final : public Feed {
 public:
  // Opens every socket; throws std::runtime_error that names the address and the reason (a source
  // that is no address too). `handler` outlives the feed.
  UdpFeed(const UdpFeedSettings& settings, DatagramHandler& handler);
  ~UdpFeed() override;

  // Reads at most kBatch datagrams from each line, then lets the handler know the time. `now` is
  // read right before the call.
  std::size_t poll(TimeNs now) override;
  void watch(ReadySet& ready) override;
  TimeNs due(TimeNs now) const override { return handler_.due(now); }
  Venue venue() const override { return venue_; }
  FeedState state() const override { return handler_.state(); }
  const FeedCounters& counters() const override { return handler_.counters(); }

  // The smallest kernel buffer that any line was granted; the log compares it with the request.
  int receive_buffer_bytes() const;
  // The port of a line, in the order of the settings.
  std::uint16_t local_port(std::size_t line) const { return sources_[line].socket.local_port(); }

  static constexpr std::size_t kBatch = 64;

 private:
  struct Batch;
  struct Source {
    std::uint32_t channel;
    Line line;
    UdpSocket socket;
    std::uint32_t drops_known = 0;
    bool ready = true;  // reading may find something; stays true without a ReadySet
  };

  std::size_t receive(Source& source);
  bool is_wanted(std::size_t i) const;
  TimeNs receive_time(std::size_t i);
  void note_drops(Source& source, std::size_t received);

  const Venue venue_;
  DatagramHandler& handler_;
  ClockReading (*const clocks_)();
  std::vector<std::uint32_t> senders_;  // in network byte order; empty: anybody
  std::vector<Source> sources_;         // its elements stay where they are
  ReadySet* ready_set_ = nullptr;
  ReceiveStamps stamps_;
  TimeNs last_poll_{};
  bool draining_ = false;  // after a pause, until every socket was read empty
  std::unique_ptr<Batch> batch_;
};

}  // namespace indexcast::feed
