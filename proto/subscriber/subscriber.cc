#include "indexcast/subscriber/subscriber.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "proto/subscriber/link.h"
#include "proto/subscriber/session.h"

namespace indexcast::subscriber {
namespace {

Time now() {
  return std::chrono::duration_cast<Time>(std::chrono::steady_clock::now().time_since_epoch());
}

Settings checked(Settings settings) {
  std::string text;
  for (const std::string& fault : faults(settings)) text += (text.empty() ? "" : "\n") + fault;
  if (!text.empty()) throw std::invalid_argument(text);
  return settings;
}

// Longest time between two ticks while messages arrive, and while none arrive.
constexpr Time kTick{10};
constexpr Time kIdleTick{50};
// Longest wait of one poll(), so that its end time does not overflow.
constexpr Time kWaitMax{24 * 3'600'000};

}  // namespace

class Subscriber::Impl : private Wire {
 public:
  Impl(Settings settings, Callbacks callbacks)
      : settings_(checked(std::move(settings))),
        links_(make_links()),
        session_(settings_, std::move(callbacks), *this, now()) {
    for (Link& link : links_) {
      for (const zmq::pollitem_t& item :
           {link.published_item(), link.replies_item(), link.monitor_item()}) {
        items_.push_back(item);
      }
    }
  }

  std::size_t poll(std::chrono::milliseconds wait) {
    const Time end = now() + std::clamp(wait, Time{0}, kWaitMax);
    for (;;) {
      const bool interrupted = !wait_for_messages(std::clamp(end - now(), Time{0}, kIdleTick));
      const std::size_t count = take_all();
      if (const Time at = now(); at >= tick_at_) {
        session_.tick(at);
        tick_at_ = at + kTick;
      }
      if (count > 0 || interrupted || now() >= end) return count;
    }
  }

  const Session& session() const { return session_; }

 private:
  std::deque<Link> make_links() {
    std::deque<Link> links;
    for (const Server& server : settings_.servers) links.emplace_back(context_, server, settings_);
    return links;
  }

  // False when a signal came.
  bool wait_for_messages(std::chrono::milliseconds wait) {
    try {
      zmq::poll(items_, wait);
      return true;
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
      return false;
    }
  }

  std::size_t take_all() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < links_.size(); ++i) count += take(i, links_[i]);
    return count;
  }

  // The monitor is asked twice. Before reading: all messages of a closed connection are then in the
  // socket and are read first. After reading: no new connection was made meanwhile.
  std::size_t take(std::size_t server, Link& link) {
    const auto malformed = [this] { session_.count_malformed(); };
    const bool closed = link.take_closed();
    const std::size_t published = link.take_published(
        [&](std::string_view topic, std::string_view payload) {
          session_.on_published(server, topic, payload, now());
        },
        malformed);
    if (published == Link::kBatch) {
      session_.on_backlog(server);
    } else if (closed && link.take_closed()) {
      session_.on_disconnected(server, now());
    }
    return published +
           link.take_replies(
               [&](std::string_view payload) { session_.on_reply(server, payload, now()); },
               malformed);
  }

  bool ask(std::size_t server, std::string_view request) override {
    return links_[server].ask(request);
  }
  void follow(std::size_t server, bool on) override { links_[server].follow(settings_, on); }

  Settings settings_;
  zmq::context_t context_;
  std::deque<Link> links_;
  std::vector<zmq::pollitem_t> items_;
  Session session_;
  Time tick_at_{0};
};

Subscriber::Subscriber(Settings settings, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(callbacks))) {}
Subscriber::~Subscriber() = default;
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;

std::size_t Subscriber::poll(std::chrono::milliseconds wait) { return impl_->poll(wait); }
std::size_t Subscriber::server() const { return impl_->session().server(); }
bool Subscriber::is_live() const { return impl_->session().is_live(); }
bool Subscriber::is_live(std::string_view code) const { return impl_->session().is_live(code); }
const Counters& Subscriber::counters() const { return impl_->session().counters(); }

}  // namespace indexcast::subscriber
