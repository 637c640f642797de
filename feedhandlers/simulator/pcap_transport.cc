#include "feedhandlers/simulator/pcap_transport.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/pcap_writer.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/szse/handler.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

// Writes one TCP connection as a capture shows it: handshake, data segments in both directions, an
// acknowledgement for every segment, an orderly close. Passes frames to a callback in time order.
class TcpConversation {
 public:
  using FrameSink = std::function<void(TimeNs, std::vector<std::byte>)>;

  TcpConversation(feed::Endpoint client, feed::Endpoint server, FrameSink sink);

  // `now` is when the first frame passes; later ones follow within microseconds. An instant before
  // the last frame is moved behind it.
  void open(TimeNs now);
  void client_sends(feed::Bytes bytes, TimeNs now) { send(client_, server_, bytes, now); }
  void server_sends(feed::Bytes bytes, TimeNs now) { send(server_, client_, bytes, now); }
  // The server ends the connection.
  void close(TimeNs now);

 private:
  struct Side {
    feed::Endpoint address;
    std::uint32_t next_sequence = 0;
    std::uint16_t ip_id = 0;
  };

  void send(Side& from, Side& to, feed::Bytes bytes, TimeNs now);
  void segment(Side& from, const Side& to, feed::TcpFlags flags, feed::Bytes payload);

  Side client_;
  Side server_;
  FrameSink sink_;
  TimeNs clock_{};
};

namespace {

constexpr std::int64_t kBetweenFramesNs = 5'000;
// Any will do; fixed, because a capture of one seed is one file.
constexpr std::uint32_t kClientStart = 1'000'000;
constexpr std::uint32_t kServerStart = 5'000'000;

}  // namespace

TcpConversation::TcpConversation(feed::Endpoint client, feed::Endpoint server, FrameSink sink)
    : client_{std::move(client), kClientStart, 0},
      server_{std::move(server), kServerStart, 0},
      sink_(std::move(sink)) {}

void TcpConversation::open(TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  segment(client_, server_, syn, {});
  ++client_.next_sequence;
  segment(server_, client_, syn | ack, {});
  ++server_.next_sequence;
  segment(client_, server_, ack, {});
}

void TcpConversation::send(Side& from, Side& to, feed::Bytes bytes, TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  while (!bytes.empty()) {
    const feed::Bytes part = bytes.first(std::min(bytes.size(), feed::kMaxSegment));
    segment(from, to, push | ack, part);
    from.next_sequence += static_cast<std::uint32_t>(part.size());
    segment(to, from, ack, {});
    bytes = bytes.subspan(part.size());
  }
}

void TcpConversation::close(TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  segment(server_, client_, fin | ack, {});
  ++server_.next_sequence;
  segment(client_, server_, fin | ack, {});
  ++client_.next_sequence;
  segment(server_, client_, ack, {});
}

void TcpConversation::segment(Side& from, const Side& to, feed::TcpFlags flags,
                              feed::Bytes payload) {
  const bool first = flags == feed::TcpFlags::syn;
  const feed::Endpoint& target = &from == &client_ ? server_.address : client_.address;
  sink_(clock_, feed::tcp_frame(from.address, target,
                                {from.next_sequence, first ? 0 : to.next_sequence, flags, payload},
                                from.ip_id++));
  clock_ = clock_ + kBetweenFramesNs;
}

namespace {

constexpr std::int64_t kTcpDelayNs = 300'000;
constexpr std::array<std::int64_t, 2> kLineDelayNs{200'000, 350'000};
// The connections are up this long before the day begins.
constexpr std::int64_t kBeforeDayNs = kNsPerSecond;
constexpr std::int64_t kTimerNs = kNsPerSecond / 2;
// A configured port 0 means "any": a capture needs one.
constexpr std::array<std::uint16_t, 2> kPorts{9128, 9129};
constexpr std::array<std::uint16_t, 2> kClientPorts{40001, 40002};
// The multicast senders, one a line (TEST-NET-2, RFC 5737).
const std::array<feed::Endpoint, 2> kSenders{{{"198.51.100.1", 30001}, {"198.51.100.2", 30002}}};

}  // namespace

// A client of one gateway: the project's own handler, so that the captured session is the one that
// it will meet, against the gateway's session.
class PcapTransport::Client {
 public:
  Client(feed::Venue venue, const Settings& settings, const feed::Endpoint& server,
         TcpConversation::FrameSink sink)
      : venue_(venue),
        conversation_({server.host, kClientPorts[place()]},
                      {server.host, server.port != 0 ? server.port : kPorts[place()]},
                      std::move(sink)) {
    if (venue == feed::Venue::sse) {
      handler_ = std::make_unique<sse::Handler>(settings.sse, symbols_, no_sink_);
      protocol_ = make_sse_gateway(settings.sse, settings.sse.gateways.front());
    } else {
      handler_ = std::make_unique<szse::Handler>(settings.szse, symbols_, no_sink_);
      protocol_ = make_szse_gateway(settings.szse, settings.szse.gateways.front());
    }
  }

  feed::Venue venue() const { return venue_; }
  bool logged_on() const { return session_ && session_->logged_on(); }

  void connect(TimeNs now) {
    conversation_.open(now);
    session_ = std::make_unique<GatewayServerSession>(std::move(protocol_), now);
    feed::Outbox asked;
    handler_->on_connected(now, asked);
    from_client(asked, now);
    next_timer_ = now + kTimerNs;
  }

  void send(feed::Bytes message, TimeNs now) {
    pass_time(now);
    feed::Outbox out;
    session_->send(message, now, out);
    from_server(out, now);
  }

  void disconnect(TimeNs now) {
    pass_time(now);
    feed::Outbox out;
    session_->log_out("end of day", now, out);
    from_server(out, now);
    conversation_.close(now);
  }

  // Heartbeats both ways, at the instants they were due.
  void pass_time(TimeNs now) {
    for (; next_timer_ <= now; next_timer_ = next_timer_ + kTimerNs) {
      feed::Outbox out;
      handler_->on_time(next_timer_, out);
      from_client(out, next_timer_);
      out.clear();
      session_->on_time(next_timer_, out);
      from_server(out, next_timer_);
    }
  }

 private:
  class NoSink final : public feed::EventSink {
   public:
    void push(const MarketEvent&) override {}
  };

  std::size_t place() const { return static_cast<std::size_t>(venue_); }

  void from_client(const feed::Outbox& bytes, TimeNs now) {
    if (bytes.empty()) return;
    conversation_.client_sends(bytes, now);
    feed::Outbox answer;
    session_->on_bytes(bytes, now, answer);
    from_server(answer, now);
  }

  void from_server(const feed::Outbox& bytes, TimeNs now) {
    if (bytes.empty()) return;
    conversation_.server_sends(bytes, now + kTcpDelayNs);
    feed::Outbox answer;
    handler_->on_bytes(bytes, now, answer);
    from_client(answer, now);
  }

  feed::Venue venue_;
  TcpConversation conversation_;
  NoSink no_sink_;
  const Universe nothing_{{}};
  const feed::SymbolTable symbols_{nothing_, venue_};
  std::unique_ptr<feed::StreamHandler> handler_;
  std::unique_ptr<GatewayProtocol> protocol_;
  std::unique_ptr<GatewayServerSession> session_;
  TimeNs next_timer_{};
};

PcapTransport::PcapTransport(const Settings& settings, const std::string& path)
    : settings_(settings),
      writer_(path),
      faults_(settings.faults, settings.seed),
      lines_(settings_, faults_, counts_),
      send_([this](TimeNs time, std::size_t line, const feed::Endpoint& group, feed::Bytes bytes) {
        queue(time + kLineDelayNs[line], feed::udp_frame(kSenders[line], group, bytes, ip_id_++));
        return true;
      }) {
  if (settings_.szse.transport != szse::FeedTransport::multicast) return;
  if (day_kind(settings_.faults, feed::Venue::szse) == VenueDayKind::absent) return;
  mddp_ = std::make_unique<MddpSender>(settings_.szse.multicast, faults_, send_);
}

PcapTransport::~PcapTransport() = default;

void PcapTransport::begin(const SimulatedDay& day) {
  last_ = day.begin();
  add_clients({day.begin().ns - kBeforeDayNs});
}

void PcapTransport::add_clients(TimeNs now) {
  const auto sink = [this](TimeNs time, std::vector<std::byte> bytes) {
    queue(time, std::move(bytes));
  };
  const auto add = [&](feed::Venue venue, const auto& gateways) {
    if (gateways.empty() || day_kind(settings_.faults, venue) == VenueDayKind::absent) return;
    clients_.push_back(std::make_unique<Client>(venue, settings_, gateways.front().address, sink));
    clients_.back()->connect(now);
    clients_.back()->logged_on() ? ++counts_.sessions : ++counts_.logons_refused;
  };
  add(feed::Venue::sse, settings_.sse.gateways);
  if (!mddp_) add(feed::Venue::szse, settings_.szse.gateways);
}

void PcapTransport::deliver(const ExchangeMessage& message) {
  ++counts_.messages[feed::market_of(message.venue)];
  for (const auto& client : clients_) client->pass_time(message.exchange_time);
  if (message.venue == feed::Venue::hkex) lines_.push(message);
  lines_.send_until(message.exchange_time, send_);
  if (mddp_ && message.venue == feed::Venue::szse) mddp_->publish(message);
  if (mddp_) mddp_->on_exchange_time(message.exchange_time);
  write_until(message.exchange_time);
  last_ = message.exchange_time;
  for (const auto& client : clients_) {
    if (client->venue() == message.venue) client->send(message.bytes, message.exchange_time);
  }
}

void PcapTransport::end() {
  lines_.finish(last_, send_);
  for (const auto& client : clients_) client->disconnect(last_ + kNsPerMs);
  write_until({last_.ns + kNsPerDay});
  writer_.close();
  if (mddp_) counts_.mddp = mddp_->counts();
}

void PcapTransport::queue(TimeNs time, std::vector<std::byte> bytes) {
  frames_.push({time, order_++, std::move(bytes)});
}

void PcapTransport::write_until(TimeNs until) {
  while (!frames_.empty() && frames_.top().time < until) {
    writer_.write(frames_.top().time, frames_.top().bytes);
    frames_.pop();
  }
}

}  // namespace indexcast::sim
