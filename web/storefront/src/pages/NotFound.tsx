import { Link } from 'wouter';
import { useI18n } from '../i18n';

export function NotFound() {
  const { t } = useI18n();
  return (
    <div className="narrow stack">
      <h1>{t('notFound')}</h1>
      <p>
        <Link href="/" className="button main">
          {t('toHome')}
        </Link>
      </p>
    </div>
  );
}
