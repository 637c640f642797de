#include "server/web/connection_registry.h"

namespace indexcast::server {
namespace {

using Counts = std::map<std::string, std::size_t>;

void take_one(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

ConnectionRegistry::Entry::Entry(ConnectionRegistry& registry, std::uint64_t id,
                                 std::string address, TimeNs since)
    : registry_(registry) {
  shown_.id = id;
  shown_.address = std::move(address);
  shown_.since = since;
}

ConnectionRegistry::Entry::~Entry() { registry_.leave(*this); }

bool ConnectionRegistry::Entry::belong_to(const SharedRights& rights) {
  const std::lock_guard lock(registry_.mutex_);
  if (rights_ && rights_->name == rights->name) return true;
  const auto found = registry_.by_name_.find(rights->name);
  const std::size_t connected = found == registry_.by_name_.end() ? 0 : found->second;
  if (rights->connections > 0 && connected >= rights->connections) return false;
  if (rights_) take_one(registry_.by_name_, rights_->name);
  ++registry_.by_name_[rights->name];
  rights_ = rights;
  shown_.name = rights->name;
  return true;
}

const std::string& ConnectionRegistry::Entry::principal() const {
  return rights_ && !rights_->name.empty() ? rights_->name : shown_.address;
}

void ConnectionRegistry::Entry::set_protocol(std::string_view subprotocol) {
  const std::lock_guard lock(registry_.mutex_);
  shown_.subprotocol = subprotocol;
}

void ConnectionRegistry::Entry::follow(std::size_t tick, std::size_t grid, std::size_t conflated) {
  const std::lock_guard lock(registry_.mutex_);
  shown_.tick = tick;
  shown_.grid = grid;
  shown_.conflated = conflated;
}

std::unique_ptr<ConnectionRegistry::Entry> ConnectionRegistry::admit(const std::string& address,
                                                                     TimeNs now, Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  const std::size_t of_address = found == by_address_.end() ? 0 : found->second;
  refusal = Refusal::none;
  if (most_per_address_ > 0 && of_address >= most_per_address_) refusal = Refusal::address;
  if (entries_.size() >= most_) refusal = Refusal::full;
  if (refusal != Refusal::none) return nullptr;
  std::unique_ptr<Entry> entry(new Entry(*this, ++newest_id_, address, now));
  entries_.emplace(newest_id_, entry.get());
  ++by_address_[address];
  return entry;
}

void ConnectionRegistry::leave(Entry& entry) {
  const std::lock_guard lock(mutex_);
  entries_.erase(entry.shown_.id);
  take_one(by_address_, entry.shown_.address);
  if (entry.rights_) take_one(by_name_, entry.rights_->name);
}

std::vector<ClientDescription> ConnectionRegistry::list(std::uint64_t after,
                                                        std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<ClientDescription> out;
  for (auto at = entries_.upper_bound(after); at != entries_.end() && out.size() < most; ++at) {
    const Entry& entry = *at->second;
    ClientDescription& shown = out.emplace_back(entry.shown_);
    shown.queued = entry.queued.load(std::memory_order_relaxed);
    shown.sent = entry.sent.load(std::memory_order_relaxed);
    shown.skipped = entry.skipped.load(std::memory_order_relaxed);
  }
  return out;
}

}  // namespace indexcast::server
