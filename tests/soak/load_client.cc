#include "tests/soak/load_client.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <exception>

#include "tests/soak/mischief.h"

namespace indexcast::soak {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::size_t kBuffer = 256 << 10;     // the largest frame by far
constexpr int kSmallReceiveBuffer = 16 << 10;  // of who is meant to fall behind
constexpr std::size_t kSlowRead = 4 << 10;
constexpr std::int64_t kSlowEveryNs = 50 * kMs;
constexpr std::int64_t kAgainNs = 100 * kMs;  // after a connection that ended

bool is_lazy(Manner manner) { return manner == Manner::slow || manner == Manner::stuck; }

std::string handshake(bool binary) {
  std::string text =
      "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: indexcast.v1.";
  return text + (binary ? "protobuf" : "json") + "\r\n\r\n";
}

std::string code_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

LoadClient::LoadClient(std::uint16_t port, std::size_t codes, Part part, std::uint64_t seed,
                       int poller, Tally& tally)
    : port_(port),
      codes_(codes),
      part_(std::move(part)),
      random_(seed),
      poller_(poller),
      tally_(tally),
      account_(codes),
      buffer_(kBuffer) {}

bool LoadClient::has_begun() const {
  return std::ranges::all_of(part_.codes,
                             [this](std::size_t code) { return account_.has_begun(code); });
}

std::size_t LoadClient::behind(std::uint64_t sequence) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      part_.codes, [&](std::size_t code) { return !account_.is_at(code, sequence); }));
}

void LoadClient::connect(std::int64_t now_ns) {
  end_ = 0;
  open_ = false;
  account_ = StreamAccount(codes_);
  try {
    socket_ = RawSocket(port_, is_lazy(part_.manner) ? kSmallReceiveBuffer : 0);
  } catch (const std::exception&) {
    ++tally_.refused;
    next_ns_ = now_ns + kAgainNs;
    return;
  }
  ++tally_.connections;
  // Lazy clients are read when it is their time.
  epoll_event event{is_lazy(part_.manner) ? 0U : EPOLLIN, {.ptr = this}};
  epoll_ctl(poller_, EPOLL_CTL_ADD, socket_.descriptor(), &event);
  const std::int64_t shortest = part_.manner == Manner::stuck ? 20'000 : 500;
  leave_ns_ = now_ns + (shortest + static_cast<std::int64_t>(random_() % 4'500)) * kMs;
  const bool rude = part_.manner == Manner::hostile && random_() % 4 == 0;
  socket_.send(rude ? mischief_before_handshake(random_) : handshake(part_.binary));
}

void LoadClient::hurry() {
  part_.manner = Manner::healthy;
  if (!socket_.is_open()) return;
  epoll_event event{EPOLLIN, {.ptr = this}};
  epoll_ctl(poller_, EPOLL_CTL_MOD, socket_.descriptor(), &event);
}

void LoadClient::close_until(std::int64_t ns) {
  socket_.close();
  next_ns_ = ns;
}

void LoadClient::on_time(std::int64_t now_ns) {
  if (now_ns < next_ns_) return;
  if (!socket_.is_open()) return connect(now_ns);
  switch (part_.manner) {
    case Manner::healthy:
      return;
    case Manner::slow:
      next_ns_ = now_ns + (open_ ? kSlowEveryNs : kMs);
      return on_readable(now_ns);
    case Manner::stuck:
      if (!open_) on_readable(now_ns);
      [[fallthrough]];
    case Manner::reconnecting:
      if (now_ns >= leave_ns_) close_until(now_ns + kAgainNs);
      return;
    case Manner::hostile:
      next_ns_ = now_ns + static_cast<std::int64_t>(random_() % 500) * kMs;
      if (open_) socket_.send(mischief_after_handshake(random_));
      // Half a handshake waits until the server has lost its patience.
      if (now_ns >= leave_ns_ + 15'000 * kMs) close_until(now_ns);
  }
}

void LoadClient::on_readable(std::int64_t now_ns) {
  const bool slow = part_.manner == Manner::slow;
  for (;;) {
    const std::size_t room = buffer_.size() - end_;
    const std::size_t wanted = slow ? std::min(room, kSlowRead) : room;
    const std::int64_t got = socket_.receive({buffer_.data() + end_, wanted});
    if (got < 0) {
      ++(open_ ? tally_.closed : tally_.refused);
      return close_until(now_ns + kAgainNs);
    }
    end_ += static_cast<std::size_t>(got);
    tally_.bytes += static_cast<std::uint64_t>(got);
    if (!open_ && !take_handshake()) return;
    take_frames(now_ns);
    if (slow || static_cast<std::size_t>(got) < wanted) return;
  }
}

bool LoadClient::take_handshake() {
  const std::string_view text(buffer_.data(), end_);
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  if (!text.starts_with("HTTP/1.1 101")) {
    ++tally_.refused;
    socket_.close();
    return false;
  }
  open_ = true;
  end_ -= end + 4;
  std::memmove(buffer_.data(), buffer_.data() + end + 4, end_);
  subscribe();
  return true;
}

void LoadClient::subscribe() {
  if (part_.binary) {
    v1::ClientMessage message;
    for (const std::size_t code : part_.codes)
      message.mutable_subscribe()->add_codes(code_of(code));
    socket_.send(client_frame(2, message.SerializeAsString()));
    return;
  }
  std::string text = R"({"op":"subscribe","mode":"tick","codes":[)";
  for (const std::size_t code : part_.codes) text += '"' + code_of(code) + "\",";
  text.back() = ']';
  socket_.send(client_frame(1, text + "}"));
}

void LoadClient::take_frames(std::int64_t now_ns) {
  std::size_t begin = 0;
  while (const auto frame = front_frame({buffer_.data() + begin, end_ - begin})) {
    if (frame->opcode == 9) socket_.send(client_frame(10, frame->payload));
    if (frame->opcode == 1) take_message(read_json(frame->payload), now_ns);
    if (frame->opcode == 2) take_message(read_protobuf(frame->payload, parsed_), now_ns);
    begin += frame->size;
  }
  end_ -= begin;
  std::memmove(buffer_.data(), buffer_.data() + begin, end_);
}

void LoadClient::take_message(const StreamMessage& message, std::int64_t now_ns) {
  if (message.code >= codes_) return;
  const std::uint64_t lost = account_.lost();
  const std::uint64_t stray = account_.stray();
  const std::uint64_t skipped = account_.skipped();
  switch (message.kind) {
    case StreamMessage::Kind::other:
      return;
    case StreamMessage::Kind::snapshot:
      return account_.begin(message.code, message.to);
    case StreamMessage::Kind::level:
      account_.level(message.code, message.to);
      ++tally_.levels;
      tally_.latency->record(now_ns - message.calculation_time);
      break;
    case StreamMessage::Kind::skipped:
      account_.skipped(message.code, message.from, message.to);
  }
  tally_.lost += account_.lost() - lost;
  tally_.stray += account_.stray() - stray;
  tally_.skipped += account_.skipped() - skipped;
}

}  // namespace indexcast::soak
