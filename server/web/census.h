// Who is connected: admission of connections, and the list that operations see.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "calc/time.h"
#include "server/access/client_rights.h"

namespace indexcast::server {

// One connection, as it is shown.
struct ClientDescription {
  std::uint64_t id = 0;  // from 1, in the order in which they came
  std::string address;
  std::string name;         // of its token's owner; may be empty
  std::string subprotocol;  // empty: HTTP
  TimeNs since{};
  std::size_t tick = 0;  // subscriptions by mode
  std::size_t grid = 0;
  std::size_t conflated = 0;
  std::size_t queued = 0;  // frames that wait
  std::uint64_t sent = 0;  // frames
  std::uint64_t skipped = 0;
};

// Safe from any thread: connections come and go thousands of times a second at most, so one lock
// serves all of them. What a stream does many times more often is in atomics of its seat.
class Census {
 public:
  enum class Refusal : std::uint8_t { none, full, address };

  // Given back when destroyed. Its members are for one thread, that of the connection.
  class Seat {
   public:
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    // The connection is of the holder of these rights from now on. False when as many of theirs are
    // connected as may be.
    bool belong_to(const SharedRights& rights);
    const SharedRights& rights() const { return rights_; }
    // Whom limits beyond the connection are kept for: the token's owner, or the address without.
    const std::string& holder() const;
    std::uint64_t id() const { return shown_.id; }
    void set_protocol(std::string_view subprotocol);
    void follow(std::size_t tick, std::size_t grid, std::size_t conflated);

    std::atomic<std::size_t> queued{0};
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> skipped{0};

   private:
    friend class Census;
    Seat(Census& census, std::uint64_t id, std::string address, TimeNs since);

    Census& census_;
    SharedRights rights_;
    ClientDescription shown_;  // under the census's lock
  };

  // Zero per address: no limit.
  Census(std::size_t most, std::size_t most_per_address)
      : most_(most), most_per_address_(most_per_address) {}

  // A seat, or none and why.
  std::unique_ptr<Seat> admit(const std::string& address, TimeNs now, Refusal& refusal);
  // At most `most` of those with an id beyond `after`, in its order.
  std::vector<ClientDescription> list(std::uint64_t after, std::size_t most) const;

 private:
  void leave(Seat& seat);

  const std::size_t most_;
  const std::size_t most_per_address_;
  mutable std::mutex mutex_;
  std::uint64_t newest_id_ = 0;
  std::map<std::uint64_t, const Seat*> seats_;  // by id
  std::map<std::string, std::size_t> by_address_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace indexcast::server
