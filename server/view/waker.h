// Ends the sleep of a thread that waits on descriptors: how one thread tells another that there is
// work in a ring.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <system_error>

namespace indexcast::server {

// The sleeper announces itself with prepare(), looks for work once more, sleeps in poll(2) on
// descriptor(), and calls done(). wake() from any thread costs one uncontended atomic exchange
// while nobody sleeps, a write(2) when somebody does.
class Waker {
 public:
  Waker() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~Waker() { ::close(descriptor_); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  pollfd descriptor() const { return {descriptor_, POLLIN, 0}; }

  // The exchange is a full barrier: either the waker sees the flag, or the sleeper's last look sees
  // the work.
  void prepare() { parked_.exchange(true); }

  void done() {
    parked_.store(false, std::memory_order_relaxed);
    std::uint64_t count = 0;
    static_cast<void>(!::read(descriptor_, &count, sizeof count));
  }

  void wake() {
    if (!parked_.exchange(false)) return;
    const std::uint64_t one = 1;
    static_cast<void>(!::write(descriptor_, &one, sizeof one));
  }

 private:
  int descriptor_;
  std::atomic<bool> parked_{false};
};

}  // namespace indexcast::server
