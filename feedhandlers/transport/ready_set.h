// Which descriptors of a thread can be used without waiting, from one epoll set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace indexcast::feed {

// Time between two polls of a handler that waits for data only. Limits of silence and liveness are
// seconds.
inline constexpr std::int64_t kQuietPollNs = 50'000'000;
// Time between two polls while a wait of milliseconds runs: line reordering, a recovery.
inline constexpr std::int64_t kShortPollNs = 2'000'000;

// The cost of a look does not depend on the number of descriptors, so a thread that spins over many
// sockets reads those only that have data. One thread. A descriptor that is closed leaves the set.
class ReadySet {
 public:
  enum class Wanted : std::uint8_t { read, read_and_write };

  // Throws std::system_error when the kernel has no descriptor left.
  ReadySet();
  ~ReadySet();
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;

  // From now on wait() sets `ready` when `descriptor` can be used. Only its owner clears it, once
  // it found nothing left. It outlives the last call of wait() and drained(). Throws
  // std::system_error.
  void add(int descriptor, Wanted wanted, bool& ready);
  // Changes the wanted events of a descriptor that is in the set.
  void change(int descriptor, Wanted wanted, bool& ready);

  // Looks which descriptors are ready; waits up to `limit_ns` when none is. 0 does not wait,
  // kNoLimit waits until one is. Returns the number of ready descriptors, 64 at most.
  std::size_t wait(std::int64_t limit_ns);
  static constexpr std::int64_t kNoLimit = -1;

  // Whether every descriptor that wait() found ready was read empty since.
  bool drained();

 private:
  int epoll_;
  std::vector<bool*> found_;  // ready flags that wait() set and drained() did not see cleared
};

}  // namespace indexcast::feed
