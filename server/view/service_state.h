// Whether the server wants its clients, or sends them to another one.
#pragma once

#include <atomic>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::server {

// An operator drains a server before it is stopped: who keeps subscribers leads them elsewhere, and
// everything else goes on, feeds, core, journal and numbering alike. Any thread.
class ServiceState {
 public:
  // `now` is monotonic_now(), because a drained server stays drained while days change.
  void drain(TimeNs now) { since_.store(now.ns, std::memory_order_relaxed); }
  void resume() { since_.store(0, std::memory_order_relaxed); }

  bool draining() const { return since().ns != 0; }
  // When draining began, as given to drain(); 0 in service.
  TimeNs since() const { return {since_.load(std::memory_order_relaxed)}; }

 private:
  std::atomic<std::int64_t> since_{0};
};

// nullptr: always in service.
inline bool is_draining(const ServiceState* service) {
  return service != nullptr && service->draining();
}

}  // namespace indexcast::server
