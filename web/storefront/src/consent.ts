/** What visitors agreed to, kept in their browser until they sign in. */
const key = 'plaza.consent';

export function consentGiven(): 'yes' | 'no' | null {
  const value = localStorage.getItem(key);
  return value === 'yes' || value === 'no' ? value : null;
}

export function agreedToTracking(): boolean {
  return consentGiven() === 'yes';
}

export function keepConsent(agreed: boolean): void {
  localStorage.setItem(key, agreed ? 'yes' : 'no');
}
