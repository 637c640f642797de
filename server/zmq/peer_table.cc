#include "server/zmq/peer_table.h"

namespace indexcast::server {

Peer& PeerTable::of(std::string_view name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    peers_.splice(peers_.begin(), peers_, found->second);
    return peers_.front();
  }
  if (peers_.size() == kPeersMax) {
    by_name_.erase(peers_.back().name);
    peers_.pop_back();
  }
  const ZmqClient& client = clients_->of(name);
  peers_.push_front({std::string(name), &client, TokenBucket(client.requests_per_s),
                     TokenBucket(client.answer_bytes_per_s)});
  by_name_[peers_.front().name] = peers_.begin();
  return peers_.front();
}

}  // namespace indexcast::server
