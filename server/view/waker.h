// Wakes a thread that sleeps on descriptors: how one thread tells another that there is work in a
// ring.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace indexcast::server {

// The sleeper calls prepare(), looks for work once more, waits until descriptor() can be read and
// calls done(). After done() it must not wait before the next prepare(). wake(), from any thread,
// costs one atomic exchange while the sleeper is awake and a write(2) otherwise.
class Waker {
 public:
  // Throws std::system_error when the kernel has no descriptor left.
  Waker() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~Waker() { ::close(descriptor_); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  int descriptor() const { return descriptor_; }

  // The exchange is a full barrier: either wake() sees the flag, or the sleeper's second look sees
  // the work.
  void prepare() { parked_.exchange(true); }

  // Returns whether wake() was called since prepare(). The descriptor is read in any case, because
  // a wake() that was under way during the previous done() makes it readable only afterwards.
  bool done() {
    const bool woken = !parked_.exchange(false);
    std::uint64_t count = 0;
    static_cast<void>(!::read(descriptor_, &count, sizeof count));
    return woken;
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
