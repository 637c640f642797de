#include "server/app/fx_sources.h"

#include <absl/time/time.h>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "calc/decimal.h"
#include "feedhandlers/market/venue.h"
#include "server/zmq/socket.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(kBlanks)));
    line.remove_prefix(words.back().size());
  }
}

std::variant<FxLine, FxFault> parse_line(const std::vector<std::string_view>& words, int line) {
  const auto fault = [line](FxRefusal reason, std::string_view word, std::string_view what) {
    return FxFault{reason, line, fmt::format("{}: {}", word, what)};
  };
  FxLine out;
  const auto rate = parse_decimal64(words[0], FxRate::kDecimals);
  if (!rate)
    return fault(FxRefusal::malformed, words[0], "must be a decimal number of up to 8 places");
  if (*rate <= 0) return fault(FxRefusal::not_positive, words[0], "a rate must be positive");
  out.rate = *rate;
  if (words.size() == 1) return out;
  if (words.size() > 2)
    return fault(FxRefusal::malformed, words[2], "a line has a rate and at most its time");
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, std::string(words[1]), &time, nullptr))
    out.time.ns = absl::ToUnixNanos(time);
  if (out.time.ns <= 0)
    return fault(FxRefusal::malformed, words[1],
                 "must be a time in RFC 3339 with its offset, \"2025-04-01T09:30:00+08:00\"");
  return out;
}

std::int64_t modified_ns(const struct stat& about) {
  return about.st_mtim.tv_sec * kNsPerSecond + about.st_mtim.tv_nsec;
}

// Closes what it opened. Does not wait for the writer of a pipe.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

constexpr const char* kMonitor = "inproc://handshakes";
constexpr int kHandshakeEvents =
    ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

}  // namespace

std::variant<FxLine, FxFault> parse_fx_file(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > FxFile::kMaxBytes)
    return FxFault{FxRefusal::malformed, 1, "the file is longer than one rate"};
  if (!text.ends_with('\n')) {
    const auto line = 1 + static_cast<int>(std::ranges::count(text, '\n'));
    return FxFault{FxRefusal::incomplete, line, "no line end yet, the value may not be whole"};
  }
  std::optional<FxLine> found;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (words.empty()) continue;
    if (found) return FxFault{FxRefusal::malformed, line, "a second line; the file holds one rate"};
    auto parsed = parse_line(words, line);
    if (std::holds_alternative<FxFault>(parsed)) return parsed;
    found = std::get<FxLine>(parsed);
  }
  if (!found) return FxFault{FxRefusal::malformed, 1, "no rate"};
  return *found;
}

FxFile::FxFile(const FxSettings& settings, std::uint32_t rank, SeriesId series,
               SpscRing<MarketEvent>& ring, Waker& core, Clock clock)
    : file_(settings.sources[rank]),
      poll_ns_(settings.poll_ms * kNsPerMs),
      series_(series),
      ring_(&ring),
      core_(&core),
      clock_(std::move(clock)) {
  stats_.series = settings.series;
  stats_.rank = rank;
}

// The text is compared at every look: two writes within one tick of the file system's clock have
// the same modification time.
std::size_t FxFile::do_work(TimeNs now) {
  if (now < next_look_) return 0;
  next_look_ = now + poll_ns_;
  Look seen = look();
  const bool is_new = seen != last_;
  if (!is_new && last_taken_) return 0;
  const auto judged = judge(seen, now);
  last_ = std::move(seen);
  last_taken_ = false;
  if (const auto* fault = std::get_if<FxFault>(&judged)) {
    refuse(*fault, is_new);
    return 0;
  }
  logged_.reset();
  const FxLine& line = std::get<FxLine>(judged);
  MarketEvent event;
  event.kind = EventKind::fx;
  event.feed = feed::kFxFeed;
  event.instrument = series_;
  event.channel = stats_.rank;
  event.value[0] = line.rate;
  event.receive_time = now;
  event.exchange_time = line.time;
  event.feed_sequence = ++count_;
  last_taken_ = ring_->try_push(event);  // else at the next look
  (last_taken_ ? stats_.taken : stats_.of(FxRefusal::ring_full)).add();
  core_->wake();
  return 1;
}

// The open file is one version of it, whatever is renamed over its name meanwhile.
FxFile::Look FxFile::look() const {
  Look out;
  const OpenFile file(file_);
  struct stat before {};
  struct stat after {};
  if (file.fd() < 0 || ::fstat(file.fd(), &before) != 0) {
    out.error = std::strerror(errno);
    return out;
  }
  if (!S_ISREG(before.st_mode)) {
    out.error = "not a regular file";
    return out;
  }
  std::array<char, kMaxBytes + 4> bytes{};
  while (out.text.size() <= kMaxBytes) {
    const ssize_t got = ::read(file.fd(), bytes.data(), bytes.size());
    if (got < 0) {
      out.error = std::strerror(errno);
      return out;
    }
    if (got == 0) break;
    out.text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  if (::fstat(file.fd(), &after) != 0) after = before;
  out.modified_ns = modified_ns(before);
  out.changing = out.modified_ns != modified_ns(after) || before.st_size != after.st_size;
  return out;
}

std::variant<FxLine, FxFault> FxFile::judge(const Look& look, TimeNs now) const {
  if (!look.error.empty())
    return FxFault{FxRefusal::unreadable, 1, "cannot be read: " + look.error};
  if (look.changing) return FxFault{FxRefusal::incomplete, 1, "it changed while it was read"};
  auto parsed = parse_fx_file(look.text);
  if (std::holds_alternative<FxFault>(parsed)) return parsed;
  auto& line = std::get<FxLine>(parsed);
  // Zero would mean that the time is not known.
  if (line.time.ns == 0) line.time.ns = std::max<std::int64_t>(look.modified_ns, 1);
  line.time = clock_.received(line.time, now, kMaxAheadNs);
  if (line.time - now > kMaxAheadNs)
    return FxFault{FxRefusal::time_ahead, 1, "its time is ahead of this machine's clock"};
  return parsed;
}

// A value without its line end is what a writer in the middle leaves for a moment: logged only when
// the next look finds it unchanged.
void FxFile::refuse(const FxFault& fault, bool is_new) {
  if (is_new) stats_.of(fault.reason).add();
  if (logged_ == fault.reason) return;
  if (is_new && fault.reason == FxRefusal::incomplete) return;
  logged_ = fault.reason;
  spdlog::warn("{}:{}: {}; {} keeps its last rate", file_, fault.line, fault.what, stats_.series);
}

FxSubscriber::FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
                           SpscRing<MarketEvent>& ring, Waker& core, Clock clock)
    : endpoint_(settings.sources[rank]),
      series_(series),
      ring_(&ring),
      core_(&core),
      clock_(std::move(clock)) {
  stats_.series = settings.series;
  stats_.rank = rank;
  const auto curve = std::ranges::find(settings.curve, endpoint_, &FxCurveSettings::source);
  if (curve != settings.curve.end()) encrypt(*curve);
  connect();
}

void FxSubscriber::encrypt(const FxCurveSettings& curve) {
  const absl::StatusOr<std::string> secret = load_curve_secret(curve.secret_key);
  if (!secret.ok()) throw std::runtime_error(std::string(secret.status().message()));
  public_key_ = curve_public_of(*secret);
  socket_.set(zmq::sockopt::curve_serverkey, curve.server_key);
  socket_.set(zmq::sockopt::curve_publickey, public_key_);
  socket_.set(zmq::sockopt::curve_secretkey, *secret);
}

void FxSubscriber::connect() {
  socket_.set(zmq::sockopt::rcvhwm, kHighWaterMark);
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::subscribe, "fx/" + stats_.series + "/");
  monitor_.set(zmq::sockopt::linger, 0);
  try {
    if (zmq_socket_monitor(socket_.handle(), kMonitor, kHandshakeEvents) != 0) throw zmq::error_t();
    monitor_.connect(kMonitor);
    socket_.connect(endpoint_);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("fx " + endpoint_ + ": " + error.what());
  }
}

void FxSubscriber::watch(feed::ReadySet& ready) {
  for (zmq::socket_t* socket : {&socket_, &monitor_})
    ready.add(socket->get(zmq::sockopt::fd), feed::ReadySet::Wanted::read, ready_);
}

std::size_t FxSubscriber::do_work(TimeNs now) {
  ready_ = false;
  watch_handshakes();
  zmq::message_t frame;
  if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return 0;
  // The topic has served its purpose; the payload is what follows, and it alone.
  const bool has_payload = frame.more();
  if (has_payload) static_cast<void>(socket_.recv(frame));
  const bool alone = !frame.more();
  while (frame.more()) static_cast<void>(socket_.recv(frame));
  const auto refusal = has_payload && alone ? take(frame, now) : FxRefusal::malformed;
  if (!refusal) {
    stats_.taken.add();
    return 1;
  }
  Counter& count = stats_.of(*refusal);
  count.add();
  if (count.get() == 1)
    spdlog::warn("fx {}: a message under fx/{}/ is refused: {}", endpoint_, stats_.series,
                 kFxRefusalNames[static_cast<std::size_t>(*refusal)]);
  return 1;
}

// ZeroMQ tries again by itself and reports a failure to its monitor alone.
void FxSubscriber::watch_handshakes() {
  zmq::message_t frame;
  while (monitor_.recv(frame, zmq::recv_flags::dontwait)) {
    std::uint16_t event = 0;
    if (frame.size() >= sizeof(event)) std::memcpy(&event, frame.data(), sizeof(event));
    while (frame.more()) static_cast<void>(monitor_.recv(frame));
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      handshake_logged_ = false;
      continue;
    }
    stats_.of(FxRefusal::handshake).add();
    if (std::exchange(handshake_logged_, true)) continue;
    if (public_key_.empty()) {
      spdlog::warn(
          "fx {}: no connection, the source ends it in the handshake; a source with CURVE "
          "needs its table [[fx.curve]]",
          endpoint_);
    } else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
      spdlog::warn("fx {}: the source does not admit this server's public key {}", endpoint_,
                   public_key_);
    } else {
      spdlog::warn(
          "fx {}: no encrypted connection; compare server_key in [[fx.curve]] with the "
          "source's public key, and let the source admit {}",
          endpoint_, public_key_);
    }
  }
}

std::optional<FxRefusal> FxSubscriber::take(const zmq::message_t& payload, TimeNs now) {
  if (!rate_.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return FxRefusal::malformed;
  if (rate_.series() != stats_.series) return FxRefusal::other_series;
  if (rate_.time() > static_cast<std::uint64_t>(kNoDeadline.ns / 2)) return FxRefusal::time_ahead;
  const TimeNs time = clock_.received({static_cast<std::int64_t>(rate_.time())}, now, kMaxAheadNs);
  if (time - now > kMaxAheadNs) return FxRefusal::time_ahead;
  MarketEvent event;
  event.kind = EventKind::fx;
  event.feed = feed::kFxFeed;
  event.instrument = series_;
  event.channel = stats_.rank;
  event.value[0] = rate_.rate();
  event.receive_time = now;
  event.exchange_time = time;
  event.feed_sequence = rate_.sequence();
  // A full ring holds newer rates than this one will be when they are through.
  const bool pushed = ring_->try_push(event);
  core_->wake();
  return pushed ? std::nullopt : std::optional(FxRefusal::ring_full);
}

}  // namespace indexcast::server
