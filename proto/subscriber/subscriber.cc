#include "indexcast/subscriber/subscriber.h"

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

// How long time may wait for poll() while messages come.
constexpr Time kTick{10};

}  // namespace

class Subscriber::Impl : private Wire {
 public:
  Impl(Settings settings, Callbacks callbacks)
      : settings_(checked(std::move(settings))),
        links_(make_links()),
        session_(settings_, std::move(callbacks), *this, now()) {
    for (Link& link : links_) {
      items_.push_back(link.published_item());
      items_.push_back(link.replies_item());
    }
  }

  std::size_t poll(std::chrono::milliseconds wait) {
    wait_for_messages(wait);
    std::size_t count = 0;
    const auto malformed = [this] { session_.count_malformed(); };
    for (std::size_t i = 0; i < links_.size(); ++i) {
      count += links_[i].take_published(
          [&](std::string_view topic, std::string_view payload) {
            session_.on_published(i, topic, payload, now());
          },
          malformed);
      count += links_[i].take_replies(
          [&](std::string_view payload) { session_.on_reply(i, payload, now()); }, malformed);
    }
    if (const Time at = now(); at >= tick_at_) {
      session_.tick(at);
      tick_at_ = at + kTick;
    }
    return count;
  }

  const Session& session() const { return session_; }

 private:
  std::vector<Link> make_links() {
    std::vector<Link> links;
    for (const Server& server : settings_.servers) links.emplace_back(context_, server, settings_);
    return links;
  }

  void wait_for_messages(std::chrono::milliseconds wait) {
    try {
      zmq::poll(items_, wait);
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }

  bool ask(std::size_t server, std::string_view request) override {
    return links_[server].ask(request);
  }
  void follow(std::size_t server, bool on) override { links_[server].follow(settings_, on); }

  Settings settings_;
  zmq::context_t context_;
  std::vector<Link> links_;
  Session session_;
  std::vector<zmq::pollitem_t> items_;
  Time tick_at_{0};
};

Subscriber::Subscriber(Settings settings, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(callbacks))) {}
Subscriber::~Subscriber() = default;
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;

std::size_t Subscriber::poll(std::chrono::milliseconds wait) { return impl_->poll(wait); }
std::size_t Subscriber::server() const { return impl_->session().server(); }
const Counters& Subscriber::counters() const { return impl_->session().counters(); }

}  // namespace indexcast::subscriber
