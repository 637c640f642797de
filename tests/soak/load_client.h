// A WebSocket client of the load: its manners, and what it has had.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "indexcast/v1/websocket.pb.h"
#include "tests/soak/client_frame.h"
#include "tests/soak/raw_socket.h"
#include "tests/soak/stream_account.h"
#include "tests/soak/stream_message.h"
#include "tests/soak/tally.h"

namespace indexcast::soak {

enum class Manner : std::uint8_t {
  healthy,       // reads whatever comes
  slow,          // reads some kilobytes at a time, fewer than come
  stuck,         // reads nothing after its subscription, for longer than the server has patience
  reconnecting,  // leaves after a while, wherever it is, and comes again
  hostile,       // says what no client says
};
inline constexpr std::size_t kManners = 5;

// What a client does and asks for.
struct Part {
  Manner manner = Manner::healthy;
  bool binary = false;             // the subprotocol
  std::vector<std::size_t> codes;  // that it follows, every level of each
};

// One thread.
class LoadClient {
 public:
  // `port` of this machine, `codes`: how many indices there are, `poller`: an epoll descriptor that
  // the client adds its sockets to, with itself as their data. `tally` outlives the client.
  LoadClient(std::uint16_t port, std::size_t codes, Part part, std::uint64_t seed, int poller,
             Tally& tally);

  // Its socket has something.
  void on_readable(std::int64_t now_ns);
  // Some milliseconds have passed: connects, reads or misbehaves when it is its time.
  void on_time(std::int64_t now_ns);

  Manner manner() const { return part_.manner; }
  // Whether it has the snapshot of all that it follows.
  bool has_begun() const;
  // How many of the codes that it follows it does not have complete to `sequence`.
  std::size_t behind(std::uint64_t sequence) const;
  // That the server has announced to this connection.
  std::uint64_t skipped() const { return account_.skipped(); }
  // Ends its connection; the next on_time begins another.
  void leave() { socket_.close(); }
  // From now on it reads whatever comes.
  void hurry();

 private:
  void connect(std::int64_t now_ns);
  void close_until(std::int64_t ns);
  bool take_handshake();
  void take_frames(std::int64_t now_ns);
  void take_message(const StreamMessage& message, std::int64_t now_ns);
  void subscribe();

  const std::uint16_t port_;
  const std::size_t codes_;
  Part part_;
  std::mt19937_64 random_;
  const int poller_;
  Tally& tally_;
  RawSocket socket_;
  StreamAccount account_;
  v1::ServerMessage parsed_;
  std::vector<char> buffer_;
  std::size_t end_ = 0;  // of what is in it
  bool open_ = false;    // the handshake is over
  std::int64_t next_ns_ = 0;
  std::int64_t leave_ns_ = 0;
};

}  // namespace indexcast::soak
