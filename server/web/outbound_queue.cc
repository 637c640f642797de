#include "server/web/outbound_queue.h"

#include <algorithm>
#include <iterator>

namespace indexcast::server {
namespace {

// FIN and opcode 8: the first byte of a close frame (RFC 6455, 5.5.1).
constexpr char kCloseFrame = static_cast<char>(0x88);

bool is_close(const std::string& bytes) { return !bytes.empty() && bytes.front() == kCloseFrame; }

}  // namespace

void OutboundQueue::push(Frame frame) {
  if (!closing_) entries_.push_back({std::move(frame), false});
}

void OutboundQueue::push_control(std::string bytes) {
  if (is_close(bytes)) {
    drop_waiting();
    closing_ = true;
  }
  auto at = std::next(entries_.begin(), static_cast<std::ptrdiff_t>(committed_));
  while (at != entries_.end() && at->control) ++at;
  entries_.insert(at, {std::make_shared<const std::string>(std::move(bytes)), true});
  ++controls_;
}

const std::vector<std::string_view>& OutboundQueue::gather() {
  gathered_.clear();
  std::size_t bytes = 0;
  for (const Entry& entry : entries_) {
    if (gathered_.size() == kGatherFrames || bytes >= kGatherBytes) break;
    gathered_.push_back(std::string_view(*entry.bytes).substr(gathered_.empty() ? offset_ : 0));
    bytes += gathered_.back().size();
  }
  committed_ = gathered_.size();
  return gathered_;
}

OutboundQueue::Written OutboundQueue::consume(std::size_t bytes) {
  Written written;
  offset_ += bytes;
  while (!entries_.empty() && offset_ >= entries_.front().bytes->size()) {
    const Entry& front = entries_.front();
    offset_ -= front.bytes->size();
    if (front.control) {
      ++written.controls;
      --controls_;
      written.close = written.close || is_close(*front.bytes);
    } else {
      ++written.frames;
    }
    entries_.pop_front();
  }
  committed_ = offset_ > 0 ? 1 : 0;
  return written;
}

void OutboundQueue::drop_waiting() {
  const auto first = std::next(entries_.begin(), static_cast<std::ptrdiff_t>(committed_));
  entries_.erase(std::remove_if(first, entries_.end(), [](const Entry& e) { return !e.control; }),
                 entries_.end());
}

}  // namespace indexcast::server
