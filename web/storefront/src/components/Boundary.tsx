import { Component, type ReactNode } from 'react';
import { Failed } from './parts';

/** Says so where a page cannot be shown, such as one whose code belongs to an earlier version of the shop. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? (
      <div className="narrow">
        <Failed onRetry={() => location.reload()} />
      </div>
    ) : (
      this.props.children
    );
  }
}
