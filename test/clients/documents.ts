/** What the page of each client asks for. */
export const header = 'query pageHeaderQuery { viewer { id email } }';

export const menu = 'query pageMenuQuery { viewer { id unreadNotificationCount notifications(first: 1) { liveCursor } user { id name } } }';

export const stars = 'query pageStarsQuery($id: ID!) { product(id: $id) { id rating { id mean weightedMean } } }';

/** @param connection Relay’s directive for the list */
export const product = (connection = ''): string => `
  query pageProductQuery($id: ID!) {
    product(id: $id) {
      id
      title
      rating { id reviewCount mean liveCursor }
      comments(first: 20) ${connection} { liveCursor edges { cursor node { id body } } }
    }
  }`;

export const ratingChanged = `
  subscription pageRatingSubscription($id: ID!, $after: String) {
    ratingChanged(productId: $id, after: $after) { cursor product { id rating { id reviewCount mean } } }
  }`;

export const commentChanged = `
  subscription pageCommentsSubscription($id: ID!, $after: String) {
    commentChanged(subjectId: $id, after: $after) {
      cursor
      kind
      commentId
      comment { id body }
      edge { cursor node { id body } }
    }
  }`;

export const notificationReceived = `
  subscription pageBadgeSubscription($after: String) {
    notificationReceived(after: $after) { cursor viewer { id unreadNotificationCount } }
  }`;
