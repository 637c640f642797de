// Registry of the open connections: admits them, limits their number, and lists them for
// operations.
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
// serves all of them. Counts of a stream change far more often and are atomics of the entry.
class ConnectionRegistry {
 public:
  enum class Refusal : std::uint8_t { none, full, address };

  // One admitted connection; leaves the registry when destroyed. Its members are for one thread,
  // that of the connection.
  class Entry {
   public:
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // Assigns the connection to the principal of these rights. False when the principal already has
    // as many connections as the rights allow.
    bool belong_to(const SharedRights& rights);
    const SharedRights& rights() const { return rights_; }
    // Key of limits that span connections: the owner of the token, or the address without a token.
    const std::string& principal() const;
    std::uint64_t id() const { return shown_.id; }
    void set_protocol(std::string_view subprotocol);
    void follow(std::size_t tick, std::size_t grid, std::size_t conflated);

    std::atomic<std::size_t> queued{0};
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> skipped{0};

   private:
    friend class ConnectionRegistry;
    Entry(ConnectionRegistry& registry, std::uint64_t id, std::string address, TimeNs since);

    ConnectionRegistry& registry_;
    SharedRights rights_;
    ClientDescription shown_;  // under the registry's lock
  };

  // Zero per address: no limit.
  ConnectionRegistry(std::size_t most, std::size_t most_per_address)
      : most_(most), most_per_address_(most_per_address) {}

  // Returns the entry of the new connection, or nullptr and the reason in `refusal`.
  std::unique_ptr<Entry> admit(const std::string& address, TimeNs now, Refusal& refusal);
  // At most `most` of those with an id beyond `after`, in its order.
  std::vector<ClientDescription> list(std::uint64_t after, std::size_t most) const;

 private:
  void leave(Entry& entry);

  const std::size_t most_;
  const std::size_t most_per_address_;
  mutable std::mutex mutex_;
  std::uint64_t newest_id_ = 0;
  std::map<std::uint64_t, const Entry*> entries_;  // by id
  std::map<std::string, std::size_t> by_address_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace indexcast::server
